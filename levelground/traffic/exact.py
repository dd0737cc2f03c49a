"""The client that counts: an exact number of transactions on every connection, for as long as they take.

What is sent is the same as in a measured slice, a closed loop, but there the time is given, and here the requests.
"""

import select
import selectors
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress

from levelground.traffic import message
from levelground.traffic.connection import NoAnswer, WrongAnswer
from levelground.traffic.pool import Learned, Script, starts, websocket

ANSWER_SECONDS = 30.0
"""How long an answer may take, under valgrind and with the others before it."""
_RECEIVE = 1 << 16


class Connections:
    """One connection for each script, kept open until `close`. Methods raise NoAnswer and WrongAnswer."""

    def __init__(self, address: tuple[str, int], scripts: Sequence[Script]) -> None:
        if path := websocket(scripts):
            raise WrongAnswer(f"WS {path}: messages of WebSockets are not counted")
        self._selector = selectors.DefaultSelector()
        self._all: list[_Connection] = []
        for script in scripts:
            self._all.append(_Connection(address, script))

    def send(self, transactions: range) -> int:
        """These transactions of every script, with every answer checked. The number of requests."""
        requests = 0
        for connection in self._all:
            requests += connection.begin(transactions)
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        try:
            while self._selector.get_map():
                ready = self._selector.select(ANSWER_SECONDS)
                if not ready:
                    raise NoAnswer("timeout", f"no answer within {ANSWER_SECONDS:g} s")
                for key, _ in ready:
                    self._read(key.data)
        finally:
            for key in list(self._selector.get_map().values()):
                self._selector.unregister(key.fileobj)
        return requests

    def close(self) -> None:
        for connection in self._all:
            connection.close()
        self._selector.close()

    def _read(self, connection: "_Connection") -> None:
        before = connection.socket
        if not connection.read():
            return
        goes_on = connection.send_next()
        if connection.socket is not before or not goes_on:
            self._selector.unregister(before)
            if goes_on:
                self._selector.register(connection.socket, selectors.EVENT_READ, connection)


class _Connection:
    def __init__(self, address: tuple[str, int], script: Script) -> None:
        self._address = address
        self._script = script
        self._starts = [*starts(script), len(script)]
        self._todo: Iterator[Learned] = iter(())
        self._expected: Learned
        self._buffer = b""
        self._open()

    def begin(self, transactions: range) -> int:
        """Sends the first request; the number of all. Opens the connection again if it was closed meanwhile."""
        if self._was_closed():
            self.close()
            self._open()
        count = len(self._starts) - 1
        todo = [
            step
            for number in transactions
            for step in self._script[self._starts[number % count] : self._starts[number % count + 1]]
        ]
        self._todo = iter(todo)
        self.send_next()
        return len(todo)

    def _was_closed(self) -> bool:
        """Servers close idle connections, and under valgrind the others may need long for their last answers."""
        if not select.select([self.socket], [], [], 0)[0]:
            return False
        with suppress(OSError):
            return not self.socket.recv(1, socket.MSG_PEEK)
        return True

    def send_next(self) -> bool:
        """Whether there was a request left to send."""
        expected = next(self._todo, None)
        if expected is None:
            return False
        self._expected = expected
        try:
            self.socket.sendall(expected.request)
        except OSError as error:
            raise NoAnswer("reset", f"{expected.step.line}: {error}") from None
        return True

    def read(self) -> bool:
        """Whether the answer is complete."""
        expected = self._expected
        try:
            data = self.socket.recv(_RECEIVE)
        except OSError as error:
            raise NoAnswer("reset", f"{expected.step.line}: {error}") from None
        if not data:
            raise NoAnswer("closed", f"{expected.step.line}: the connection was closed without an answer")
        self._buffer += data
        if (
            len(self._buffer) == expected.length
            and self._buffer.endswith(expected.suffix)
            and self._buffer.startswith(expected.prefix)
        ):
            self._buffer = b""
            return True
        return self._judge(expected)

    def close(self) -> None:
        with suppress(OSError):
            self.socket.close()

    def _judge(self, expected: Learned) -> bool:
        """Whether there is a whole answer, which then is right."""
        try:
            response = message.parse(self._buffer)
        except message.Malformed as error:
            raise WrongAnswer(f"{expected.step.line}: {error}") from None
        if response is None:
            return False
        if not expected.step.accepts(response.status, response.media_type, response.body):
            raise WrongAnswer(f"{expected.step.line} was answered {response.status} {response.body[:80]!r}")
        self._buffer = b""
        if not response.keep_alive:
            self.close()
            self._open()
        return True

    def _open(self) -> None:
        try:
            self.socket = socket.create_connection(self._address, ANSWER_SECONDS)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise NoAnswer("refused", str(error)) from None
