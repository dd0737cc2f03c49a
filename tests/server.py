"""A tiny HTTP server in a thread, whose every answer is bytes that a test chose; for tests of what clients do."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from types import TracebackType
from typing import Self

Piece = bytes | float | None
"""Bytes to send, seconds to wait, or None: close the connection."""
RESET = b"\0reset"
"""Instead of bytes: reset the connection."""


def answer(body: bytes, *headers: str, status: str = "200 OK", media_type: str = "text/plain") -> bytes:
    """A whole response with a length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Server:
    """Answers the n-th request of all with `reply(n, request)`; keeps what it was sent."""

    def __init__(self, reply: Callable[[int, bytes], Sequence[Piece]]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = 0
        """Connections that a reply has closed."""
        self.serves = True
        """If not, connections are closed as soon as they are open."""
        self._reply = reply
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._is_over = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._listener.getsockname()
        return host, port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Closes everything: whoever connects now is refused."""
        self.refuse()
        with self._lock:
            self._is_over = True
        self.hang_up()

    def refuse(self) -> None:
        """Refuses whoever connects from now on; the connections that are open stay so."""
        _shut(self._listener)

    def hang_up(self) -> None:
        """Closes all connections."""
        with self._lock:
            connections, self._open = self._open, []
        for connection in connections:
            _shut(connection)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if not self.serves:
                connection.close()
                continue
            with self._lock:
                # On a busy host this thread may get here only after the end, when nobody would close it any more.
                if self._is_over:
                    connection.close()
                    return
                self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := _read_request(connection):
                with self._lock:
                    number = len(self.requests)
                    self.requests.append(request)
                for piece, then in pairwise([*self._reply(number, request), b""]):
                    if piece is None:
                        connection.close()
                        with self._lock:
                            self.closed += 1
                        return
                    if piece is RESET:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        connection.close()
                        return
                    if isinstance(piece, float):
                        time.sleep(piece)
                    else:
                        # The client sees these bytes and the close after them at once, or could send on between them.
                        connection.sendall(piece, socket.MSG_MORE if then is None else 0)
            connection.close()
        except OSError:
            pass


def _shut(one: socket.socket) -> None:
    """Closes a socket that a thread may be waiting on, which closing alone would not wake."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            return b""
        body += more
    return head + b"\r\n\r\n" + body
