"""The client: prebuilt bytes out, every answer checked, one epoll loop over all connections of a slice.

An answer that has the length, the beginning and the end that were learned from its service is right (between them
are only headers); any other is parsed in full and judged by its meaning. Nothing here knows of Locust.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gevent import monkey

from levelground import message
from levelground.scenario import Step, Transaction

# Locust makes its process cooperative: that takes epoll away and puts a switch into every socket call.
# A slice wants neither. It drives all its connections itself and gives way when it is over.
_connect = monkey.get_original("socket", "create_connection")
_epoll = monkey.get_original("select", "epoll")
_EPOLLIN, _IPPROTO_TCP, _TCP_NODELAY, _MSG_PEEK = 1, 6, 1, 2

TIMEOUT_SECONDS = 2.0
"""How long a slice waits for any answer at all before its service counts as hanging."""
_RECEIVE = 1 << 16
_STATUS_LINE = len("HTTP/1.1 200 ")


class NoAnswer(OSError):
    """A service refused, reset or closed a connection, or kept silent for too long; `kind` says which."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class WrongAnswer(Exception):
    """A service answered, but not what the scenario says is right."""

    kind = "wrong answer"


@dataclass(frozen=True, slots=True)
class Learned:
    """How one service spells the answer to one step of a transaction."""

    step: Step
    ends: bool
    """Whether the transaction is over after it."""
    request: bytes
    length: int
    prefix: bytes
    """The beginning of the status line, with the status."""
    suffix: bytes
    """The blank line after the headers and the body, as framed on the wire."""


Script = Sequence[Learned]
"""What one connection sends, over and over."""


@dataclass(frozen=True)
class Burst:
    """What one slice of traffic on one service came to."""

    seconds: float = 0.0
    """From the first byte sent to the last byte received."""
    latencies_ns: Sequence[int] = ()
    """One for each right answer."""
    received_bytes: int = 0
    """Of all answers, right or wrong."""
    errors: Counter[str] = field(default_factory=Counter)
    """What failed, by kind: refused, reset, closed, timeout, malformed, wrong answer."""
    reconnects: int = 0
    """Connections that the service closed in good order after an answer, and that were opened again."""
    example: str | None = None
    """The first failure in words."""


class Endpoint:
    """All connections to one service. They stay open from slice to slice for as long as the service keeps them."""

    def __init__(self, address: tuple[str, int]) -> None:
        """`address` should be an IP address: it is connected to anew whenever a connection is lost."""
        self._address = address
        self._poll = _epoll()
        self._by_fd: dict[int, _Connection] = {}

    def learn(self, transactions: Sequence[Sequence[Transaction]]) -> tuple[Script, ...]:
        """The script of each connection, learned by sending every request once and judging its answer by meaning.

        Raises WrongAnswer, NoAnswer.
        """
        known: dict[Step, Learned] = {}
        connection = _Connection(self._address)
        try:
            for transaction in (transaction for of_one in transactions for transaction in of_one):
                if not all(step in known for step in transaction):
                    for step in transaction:
                        known[step] = connection.learn(step, ends=step is transaction[-1])
        finally:
            connection.close()
        return tuple(tuple(known[step] for transaction in of_one for step in transaction) for of_one in transactions)

    def prepare(self, connections: int) -> None:
        """Opens what is missing to so many connections, and closes what is too many. Raises NoAnswer."""
        for connection in list(self._by_fd.values()):
            if len(self._by_fd) > connections or not connection.is_idle():
                self._drop(connection)
        while len(self._by_fd) < connections:
            self._add(_Connection(self._address))

    def burst(self, scripts: Sequence[Script], turn: int, seconds: float) -> Burst:
        """Closed loop for so long, with one script for each of the connections that `prepare` opened.

        Connections begin with transaction `turn` of their script. None is begun after `seconds`, and those begun are
        finished. What goes wrong is in the result, never raised.
        """
        clock, poll, by_fd = time.perf_counter_ns, self._poll.poll, self._by_fd
        latencies: list[int] = []
        errors: Counter[str] = Counter()
        example: str | None = None
        reconnects = received = 0
        busy = 0

        def fail(connection: _Connection, kind: str, detail: str) -> None:
            nonlocal example, busy
            errors[kind] += 1
            example = example or f"{kind}: {detail}"
            self._drop(connection)
            busy -= 1

        start = last = clock()
        deadline = start + int(seconds * 1e9)
        give_up = deadline + int(5 * TIMEOUT_SECONDS * 1e9)
        for connection, script in zip(list(by_fd.values()), scripts, strict=True):
            connection.follow(script, turn)
            connection.sent_ns = clock()
            busy += 1
            try:
                connection.send(connection.expected.request)
            except OSError as error:
                fail(connection, "reset", str(error))

        while busy:
            events = poll(TIMEOUT_SECONDS)
            if not events or last > give_up:
                for connection in [c for c in by_fd.values() if c.busy]:
                    fail(connection, "timeout", f"no answer within {TIMEOUT_SECONDS:g} s to {connection.request_line}")
                break
            for fd, _ in events:
                connection = by_fd[fd]
                expected = connection.expected
                try:
                    data = connection.recv(_RECEIVE)
                    now = clock()
                    received += len(data)
                    if (
                        len(data) == expected.length
                        and data.endswith(expected.suffix)
                        and data.startswith(expected.prefix)
                        and not connection.buffer
                    ):
                        latencies.append(now - connection.sent_ns)
                    else:
                        response = connection.assemble(data)
                        if response is None:
                            continue
                        if connection.is_right(response):
                            latencies.append(now - connection.sent_ns)
                        else:
                            errors["wrong answer"] += 1
                            example = example or f"wrong answer: {connection.difference(response)}"
                        connection.buffer = b""
                        if not response.keep_alive:
                            self._drop(connection)
                            connection.reopen()
                            self._add(connection)
                            reconnects += 1
                    last = now
                    if expected.ends and now >= deadline:
                        connection.busy = False
                        busy -= 1
                        continue
                    expected = connection.advance()
                    connection.sent_ns = now
                    connection.send(expected.request)
                except BlockingIOError:
                    continue
                except NoAnswer as error:
                    fail(connection, error.kind, str(error))
                except message.Malformed as error:
                    fail(connection, "malformed", str(error))
                except OSError as error:
                    fail(connection, "reset", str(error))
        return Burst((last - start) / 1e9, latencies, received, errors, reconnects, example)

    def close(self) -> None:
        for connection in list(self._by_fd.values()):
            self._drop(connection)
        self._poll.close()

    def _add(self, connection: "_Connection") -> None:
        self._by_fd[connection.fd] = connection
        self._poll.register(connection.fd, _EPOLLIN)

    def _drop(self, connection: "_Connection") -> None:
        if self._by_fd.pop(connection.fd, None) is not None:
            self._poll.unregister(connection.fd)
        connection.close()


class _Connection:
    """One keep-alive connection of one simulated user to one service, and where it is in its script."""

    __slots__ = ("_address", "_position", "_script", "_socket", "buffer", "busy", "expected", "fd", "recv", "sent_ns")

    expected: Learned

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._script: Script = ()
        self._position = 0
        self.busy = False
        self.sent_ns = 0
        self.reopen()

    def reopen(self) -> None:
        """Raises NoAnswer."""
        try:
            self._socket = _connect(self._address, timeout=TIMEOUT_SECONDS)
        except TimeoutError:
            raise NoAnswer("timeout", f"no connection within {TIMEOUT_SECONDS:g} s") from None
        except OSError as error:
            raise NoAnswer("refused", str(error)) from None
        self._socket.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self.fd: int = self._socket.fileno()
        self.recv = self._socket.recv
        self.buffer = b""

    def close(self) -> None:
        self._socket.close()

    def is_idle(self) -> bool:
        """Whether it is open and holds nothing that nobody asked for."""
        try:
            self._socket.recv(1, _MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def send(self, request: bytes) -> None:
        """Sends all of it; a request that the socket's buffer cannot take at once may block."""
        sent = self._socket.send(request)
        if sent != len(request):
            self._socket.settimeout(TIMEOUT_SECONDS)
            self._socket.sendall(request[sent:])
            self._socket.setblocking(False)

    def assemble(self, data: bytes) -> message.Response | None:
        """The response that is complete with these bytes, if one is. Raises NoAnswer, Malformed."""
        if not data:
            raise NoAnswer("closed", f"after {len(self.buffer)} bytes of the answer to {self.request_line}")
        self.buffer += data
        response = message.parse(self.buffer)
        if response is not None and response.length < len(self.buffer):
            raise message.Malformed(f"bytes after the answer: {self.buffer[response.length :][:80]!r}")
        return response

    def follow(self, script: Script, turn: int) -> None:
        """Takes up a script at the beginning of its transaction number `turn`, counted around."""
        starts = [0, *(at + 1 for at, learned in enumerate(script[:-1]) if learned.ends)]
        self._script = script
        self._position = starts[turn % len(starts)]
        self.expected = script[self._position]
        self.buffer = b""
        self.busy = True

    def advance(self) -> Learned:
        self._position = (self._position + 1) % len(self._script)
        self.expected = self._script[self._position]
        return self.expected

    def learn(self, step: Step, *, ends: bool) -> Learned:
        """Sends one request, waits for its answer, and judges it by meaning. Raises WrongAnswer, NoAnswer."""
        self._socket.settimeout(TIMEOUT_SECONDS)
        self.expected = Learned(step, ends, step.request, 0, b"", b"")
        try:
            self._socket.sendall(step.request)
            while (response := self.assemble(self._socket.recv(_RECEIVE))) is None:
                pass
        except TimeoutError:
            raise NoAnswer("timeout", f"no answer within {TIMEOUT_SECONDS:g} s to {self.request_line}") from None
        except message.Malformed as error:
            raise WrongAnswer(str(error)) from None
        except NoAnswer:
            raise
        except OSError as error:
            raise NoAnswer("reset", str(error)) from None
        if not self.is_right(response):
            raise WrongAnswer(self.difference(response))
        wire, self.buffer = self.buffer, b""
        if not response.keep_alive:
            self.close()
            self.reopen()
        suffix = wire[response.head_length - 4 :]
        return Learned(step, ends, step.request, len(wire), wire[:_STATUS_LINE], suffix)

    def is_right(self, response: message.Response) -> bool:
        return self.expected.step.accepts(response.status, response.media_type, response.body)

    def difference(self, response: message.Response) -> str:
        """Expected and got, in words."""
        step = self.expected.step
        return (
            f"{self.request_line}: expected {step.status} {step.media_type or 'without a body'} {step.body[:200]!r}, "
            f"got {response.status} {response.media_type or 'without media type'} {response.body[:200]!r}"
        )

    @property
    def request_line(self) -> str:
        return self.expected.request.split(b" HTTP/", 1)[0].decode()
