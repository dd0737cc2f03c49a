"""The reading side of a socket for http.client, with one deadline for a whole answer.

A timeout of http.client's own counts for every read anew: a service that sends a byte now and then would outlive it.
"""

import io
import socket
import time
from typing import Any, Self, override


class Wire(io.RawIOBase):
    """Reads until `deadline` by the monotonic clock, and raises TimeoutError from then on."""

    def __init__(self, source: socket.socket, deadline: float = 0.0) -> None:
        self._socket = source
        self.deadline = deadline

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(left(self.deadline))
        return self._socket.recv_into(buffer)


class Reader(io.BufferedReader):
    """What HTTPResponse takes for a socket, with one buffer for all answers that come on it."""

    def makefile(self, _mode: str) -> Self:
        return self

    @override
    def close(self) -> None:
        """HTTPResponse closes its file after each answer; the connection goes on."""


def left(deadline: float) -> float:
    """Seconds until then. Raises TimeoutError when it is over, as a timeout of zero would mean not to wait at all."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds
