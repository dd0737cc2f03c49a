"""Known work on the services' CPUs, repeated and timed, which shows how much the host disturbs them.

A slice of it in every block shows by which factor the host slows Python down, for which share of the time, and in
windows of any length.
Run as a module this is the server, in a container beside the services.
"""

import gc
import json
import socket
import struct
import time
from array import array
from contextlib import suppress
from itertools import accumulate

from levelground.model import arrivals
from levelground.stand import catalog, cgroup
from levelground.stand.probe import Address

ADDRESS: Address = ("yardstick", catalog.PORT)
"""As seen from within the stand."""
_ASK = struct.Struct("!I")
"""A question: for how many microseconds to work."""
_TOLD = struct.Struct("!I")
"""An answer: the number of pieces, then the nanoseconds of each in four bytes, in the machine's byte order."""
_ORDER = {"id": 7, "customer": {"name": "Zoë", "paid": True}, "lines": [{"product": "tea", "price": 3.5}] * 6}


class Yardstick:
    """The client's side. Raises OSError when the server is not there or does not answer in time."""

    def __init__(self, address: Address, timeout: float = 5.0) -> None:
        """`timeout` is in seconds, besides the time that the work takes."""
        self._timeout = timeout
        self._socket = socket.create_connection(address, timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._group: cgroup.Group | None = None
        with suppress(cgroup.NotFound):
            self._group = cgroup.find(self._read(12).decode().strip())

    def work(self, seconds: float) -> str:
        """When each piece was done, in so many seconds of work: packed as a slice's arrivals are."""
        # On a slow service with a long answer a slice, and so the work beside it, takes seconds.
        self._socket.settimeout(self._timeout + seconds)
        self._socket.sendall(_ASK.pack(int(seconds * 1e6)))
        (count,) = _TOLD.unpack(self._read(_TOLD.size))
        return arrivals.pack([0, *accumulate(array("I", self._read(4 * count)))])

    def used_us(self) -> dict[str, float]:
        """The CPU time that its container has used so far, by name; empty if its cgroup cannot be read."""
        with suppress(OSError, ValueError):
            return {"yardstick": self._group.cpu_us()} if self._group else {}
        return {}

    def close(self) -> None:
        self._socket.close()

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            if not (more := self._socket.recv(size - len(data))):
                raise ConnectionResetError("the yardstick hung up")
            data += more
        return data


def piece() -> int:
    """About 15 µs of what web frameworks do: JSON both ways, strings, bytes, dictionaries."""
    text = json.dumps(_ORDER)
    order = json.loads(text)
    headers = {f"x-{key}": str(value).encode() for key, value in order.items()}
    return len(b"\r\n".join(b"%b: %b" % (key.encode(), value) for key, value in headers.items()))


def measure(microseconds: int) -> bytes:
    """The answer to one question."""
    clock, pieces = time.perf_counter_ns, array("I")
    before = clock()
    end = before + 1000 * microseconds
    while before < end:
        piece()
        now = clock()
        pieces.append(min(now - before, 0xFFFFFFFF))
        before = now
    return _TOLD.pack(len(pieces)) + pieces.tobytes()


def serve(listener: socket.socket) -> None:
    """One client after the other, for ever."""
    gc.disable()
    while True:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(socket.gethostname()[:12].ljust(12).encode())
            while len(asked := connection.recv(_ASK.size, socket.MSG_WAITALL)) == _ASK.size:
                connection.sendall(measure(_ASK.unpack(asked)[0]))


if __name__ == "__main__":
    serve(socket.create_server(("", catalog.PORT)))
