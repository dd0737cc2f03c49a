"""The reading side of a socket for http.client, with one deadline for a whole answer.

http.client's own timeout starts anew with every read, so a service that sends a byte now and then would outlive it.
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
    """Stands in for a socket in HTTPResponse, with one buffer for all answers on the connection."""

    def makefile(self, _mode: str) -> Self:
        return self

    @override
    def close(self) -> None:
        """HTTPResponse closes its file after each answer; the connection goes on."""


def left(deadline: float) -> float:
    """Seconds until then. Raises TimeoutError if it is over, since a timeout of zero means a non-blocking socket."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds
