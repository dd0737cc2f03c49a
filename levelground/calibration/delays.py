"""A server whose delays are known, for `make calibrate`: what it says of latencies is true to some microseconds.

    GET /delay/<µs>       answered so long after it was read
    GET /stall/<µs>/<µs>  in so many µs, the server stops altogether for so many; answered at once, with the beginning
                          and the end on the host's monotonic clock, in ns
    GET /report           what delays were asked for since the report before, and how late each answer left, in µs: JSON

One thread, and awake from shortly before an answer is due. Needs only the standard library.
"""

import gc
import heapq
import json
import os
import select
import socket
import time
from contextlib import suppress

PORT = 8000
SPIN_NS = 200_000
"""A timer may be late by this much, on a busy virtual machine."""
_BACKLOG = 4096
_RECEIVE = 1 << 16


def answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


HELLO = answer(b"hello world")
NOT_FOUND = answer(b"there are: /delay/<us> /stall/<us>/<us> /report", "404 Not Found")


class Server:
    """Listens from the beginning; `serve` answers until `stop`, which any thread may call."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._listener = socket.create_server(address, backlog=_BACKLOG)
        self._listener.setblocking(False)
        self._timer = os.timerfd_create(time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK)
        self._poll = select.epoll()
        for fd in (self._listener.fileno(), self._timer):
            self._poll.register(fd, select.EPOLLIN)
        self._open: dict[int, tuple[socket.socket, bytearray]] = {}
        self._answers: list[tuple[int, int, socket.socket, int]] = []
        """A heap: when, the request's number, its connection, the µs that it asked for."""
        self._stalls: list[tuple[int, int]] = []
        """A heap: from when to when."""
        self._asked_us: list[int] = []
        self._late_us: list[float] = []
        self._requests = 0

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._listener.getsockname()
        return host, port

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        while True:
            self._keep_time()
            for fd, _ in self._poll.poll(self._wait()):
                if fd == self._listener.fileno():
                    try:
                        self._accept()
                    except OSError:
                        self._close()
                        return
                elif fd in self._open:
                    try:
                        self._read(fd)
                    except OSError:
                        self._drop(fd)

    def _keep_time(self) -> None:
        """Does what is due by now."""
        while True:
            now = time.perf_counter_ns()
            if self._stalls and self._stalls[0][0] <= now:
                _pause(heapq.heappop(self._stalls)[1])
            elif self._answers and self._answers[0][0] <= now:
                due, _, connection, asked_us = heapq.heappop(self._answers)
                with suppress(OSError):  # the client has gone
                    connection.send(HELLO)
                self._asked_us.append(asked_us)
                self._late_us.append((time.perf_counter_ns() - due) / 1000)
            else:
                return

    def _wait(self) -> float | None:
        """For how long to sleep: not at all shortly before something is due, or else until the timer wakes it."""
        due = min((heap[0][0] for heap in (self._answers, self._stalls) if heap), default=0)
        if due and due - time.perf_counter_ns() < SPIN_NS:
            return 0
        # Setting it also forgets that it went off. 0: never.
        os.timerfd_settime_ns(self._timer, flags=os.TFD_TIMER_ABSTIME, initial=due and due - SPIN_NS)
        return None

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setblocking(False)
                self._open[connection.fileno()] = connection, bytearray()
                self._poll.register(connection.fileno(), select.EPOLLIN)

    def _read(self, fd: int) -> None:
        connection, buffer = self._open[fd]
        data = connection.recv(_RECEIVE)
        now = time.perf_counter_ns()
        if not data:
            raise ConnectionResetError
        buffer += data
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            path = bytes(buffer[:end]).split(b" ", 2)[1].decode()
            del buffer[: end + 4]
            self._requests += 1
            match path.split("/")[1:]:
                case ["delay", us] if us.isdecimal():
                    heapq.heappush(self._answers, (now + 1000 * int(us), self._requests, connection, int(us)))
                case ["stall", ahead, us] if ahead.isdecimal() and us.isdecimal():
                    begin = now + 1000 * int(ahead)
                    heapq.heappush(self._stalls, (begin, begin + 1000 * int(us)))
                    connection.send(answer(f"{begin} {begin + 1000 * int(us)}".encode()))
                case ["report"]:
                    told = json.dumps({"asked_us": self._asked_us, "late_us": self._late_us})
                    self._asked_us, self._late_us = [], []
                    connection.setblocking(True)  # it may be long
                    connection.sendall(answer(told.encode()))
                    connection.setblocking(False)
                case _:
                    connection.send(NOT_FOUND)

    def _drop(self, fd: int) -> None:
        self._poll.unregister(fd)
        self._open.pop(fd)[0].close()

    def _close(self) -> None:
        for fd in list(self._open):
            self._drop(fd)
        self._listener.close()
        self._poll.close()
        os.close(self._timer)


def _pause(until_ns: int) -> None:
    time.sleep(max(0, until_ns - SPIN_NS - time.perf_counter_ns()) / 1e9)
    while time.perf_counter_ns() < until_ns:
        pass


if __name__ == "__main__":
    gc.disable()  # it makes no cycles
    Server(("0.0.0.0", PORT)).serve()
