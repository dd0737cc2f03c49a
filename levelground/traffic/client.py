"""The client: prebuilt bytes out, every answer checked, one epoll loop over all connections of a slice.

`Endpoint.burst` sends as fast as the answers come (closed loop), `Endpoint.release` at given times (open loop).
An answer that has the length, the beginning and the end that were learned from its service is right (between them
are only headers); any other is parsed in full and judged by its meaning. Nothing here knows of Locust.
"""

import os
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from gevent import monkey

from levelground.traffic import message
from levelground.traffic.scenario import Step, Transaction

# Locust makes its process cooperative: that takes epoll away and puts a switch into every socket call.
# A slice wants neither. It drives all its connections itself and gives way when it is over.
_connect = monkey.get_original("socket", "create_connection")
_epoll = monkey.get_original("select", "epoll")
_EPOLLIN, _IPPROTO_TCP, _TCP_NODELAY, _MSG_PEEK = 1, 6, 1, 2

TIMEOUT_SECONDS = 2.0
"""How long a slice waits for any answer at all before its service counts as hanging."""
DRAIN_SECONDS = 2.0
"""How long an open loop waits for the answers that are missing when its last request is due."""
_SPIN_NS = 150_000
"""The last moments before a request is due are waited for awake: a timer alone is late by as much."""
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
    """One for each right answer, from the moment when its request was due to the last byte.

    In an open loop `unanswered` more: how old the requests are whose answers were no longer waited for.
    """
    received_bytes: int = 0
    """Of all answers, right or wrong."""
    errors: Counter[str] = field(default_factory=Counter)
    """What failed, by kind: refused, reset, closed, timeout, malformed, wrong answer."""
    reconnects: int = 0
    """Connections that the service closed in good order after an answer, and that were opened again."""
    example: str | None = None
    """The first failure in words."""
    starved: int = 0
    """Connections that got no answer before the time was over."""
    unanswered: int = 0
    """Open loop: requests without an answer at the end of the drain, or that found no connection until then."""
    service_ns: Sequence[int] = ()
    """Open loop: one for each right answer, from the moment when its request was sent."""
    slips_ns: Sequence[int] = ()
    """Open loop: how late the generator was with each request, not counting the wait for a free connection."""

    @property
    def answers(self) -> int:
        """Right answers."""
        return len(self.latencies_ns) - self.unanswered


class Endpoint:
    """All connections to one service. They stay open from slice to slice for as long as the service keeps them."""

    def __init__(self, address: tuple[str, int]) -> None:
        """`address` should be an IP address: it is connected to anew whenever a connection is lost."""
        self._address = address
        self._poll = _epoll()
        self._by_fd: dict[int, _Connection] = {}
        self._timer = os.timerfd_create(time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK)
        self._poll.register(self._timer, _EPOLLIN)

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
        tally = _Tally()
        busy = received = starved = 0
        start = last = clock()
        deadline = start + int(seconds * 1e9)
        give_up = deadline + int(5 * TIMEOUT_SECONDS * 1e9)
        for connection, script in zip(list(by_fd.values()), scripts, strict=True):
            connection.follow(script, turn)
            connection.first_ns = connection.sent_ns = clock()
            try:
                connection.send(connection.expected.request)
                busy += 1
            except OSError as error:
                self._fail(connection, tally, error)

        while busy:
            events = poll(TIMEOUT_SECONDS)
            if not events or last > give_up:
                for connection in [c for c in by_fd.values() if c.busy]:
                    starved += connection.sent_ns == connection.first_ns
                    self._fail(connection, tally, connection.silence())
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
                        right = self._judge(connection, data, tally)
                        if right is None:
                            continue
                        if right:
                            latencies.append(now - connection.sent_ns)
                    last = now
                    if expected.ends and now >= deadline:
                        starved += connection.sent_ns == connection.first_ns
                        connection.busy = False
                        busy -= 1
                        continue
                    expected = connection.advance()
                    connection.sent_ns = now
                    connection.send(expected.request)
                except BlockingIOError:
                    continue
                except (OSError, message.Malformed) as error:
                    self._fail(connection, tally, error)
                    busy -= 1
        return Burst((last - start) / 1e9, latencies, received, tally.errors, tally.reconnects, tally.example, starved)

    def release(self, scripts: Sequence[Script], turn: int, due_ns: Sequence[int], seconds: float) -> Burst:
        """Open loop: begins one transaction at each of `due_ns`, nanoseconds from now on in rising order.

        Each takes the connection that has been free for the longest, or waits for one. Scripts, `turn` and failures are
        as in `burst`. The later steps of a transaction are due when the step before them is answered.
        Takes at least `seconds`, and DRAIN_SECONDS longer if answers are missing.
        """
        clock, poll, by_fd, timer = time.perf_counter_ns, self._poll.poll, self._by_fd, self._timer
        latencies: list[int] = []
        service: list[int] = []
        slips: list[int] = []
        tally = _Tally()
        received = at = 0
        free = deque(by_fd.values())
        for connection, script in zip(free, scripts, strict=True):
            connection.follow(script, turn)
            connection.busy = False
        waiting: deque[int] = deque()
        """When those transactions were due for which no connection was free."""
        start = last = clock()
        due = [start + one for one in due_ns]
        count, end = len(due), start + int(seconds * 1e9)
        give_up = end + int(DRAIN_SECONDS * 1e9)

        def begin(connection: _Connection, due_at: int) -> None:
            connection.busy = True
            connection.due_ns = due_at
            connection.sent_ns = clock()
            try:
                connection.send(connection.expected.request)
            except OSError as error:
                self._fail(connection, tally, error)

        while by_fd:
            now = clock()
            while at < count and due[at] <= now:
                slips.append(now - due[at])
                if free:
                    begin(free.popleft(), due[at])
                else:
                    waiting.append(due[at])
                at += 1
                now = clock()
            if at < count:
                near = due[at] - now < _SPIN_NS
                if not near:
                    os.timerfd_settime_ns(timer, flags=os.TFD_TIMER_ABSTIME, initial=due[at] - _SPIN_NS)
                events = poll(0 if near else TIMEOUT_SECONDS)
            else:
                if (len(free) == len(by_fd) and not waiting and now >= end) or now > give_up:
                    break
                idle = len(free) == len(by_fd)
                os.timerfd_settime_ns(timer, flags=os.TFD_TIMER_ABSTIME, initial=end if idle else give_up)
                events = poll(TIMEOUT_SECONDS)
            for fd, _ in events:
                if fd == timer:
                    continue
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
                        right: bool | None = True
                    else:
                        right = self._judge(connection, data, tally)
                        if right is None:
                            continue
                    if right:
                        latencies.append(now - connection.due_ns)
                        service.append(now - connection.sent_ns)
                    last = now
                    connection.advance()
                    connection.busy = False
                    if not expected.ends:
                        begin(connection, now)
                    elif waiting:
                        begin(connection, waiting.popleft())
                    else:
                        free.append(connection)
                except BlockingIOError:
                    continue
                except (OSError, message.Malformed) as error:
                    self._fail(connection, tally, error)
        os.timerfd_settime_ns(timer, initial=0)
        now = clock()
        missing = [now - one for one in waiting]
        for connection in [c for c in by_fd.values() if c.busy]:
            missing.append(now - connection.due_ns)
            self._drop(connection)
        return Burst(
            max(seconds, (last - start) / 1e9),
            latencies + missing,
            received,
            tally.errors,
            tally.reconnects,
            tally.example,
            unanswered=len(missing),
            service_ns=service,
            slips_ns=slips,
        )

    def close(self) -> None:
        for connection in list(self._by_fd.values()):
            self._drop(connection)
        self._poll.close()
        os.close(self._timer)

    def _judge(self, connection: "_Connection", data: bytes, tally: "_Tally") -> bool | None:
        """Whether the answer that is complete with `data` is right; None if none is. Raises NoAnswer, Malformed."""
        response = connection.assemble(data)
        if response is None:
            return None
        right = connection.is_right(response)
        if not right:
            tally.count(WrongAnswer.kind, connection.difference(response))
        connection.buffer = b""
        if not response.keep_alive:
            self._drop(connection)
            connection.reopen()
            self._add(connection)
            tally.reconnects += 1
        return right

    def _fail(self, connection: "_Connection", tally: "_Tally", error: OSError | message.Malformed) -> None:
        tally.count(getattr(error, "kind", "reset"), str(error))
        self._drop(connection)

    def _add(self, connection: "_Connection") -> None:
        self._by_fd[connection.fd] = connection
        self._poll.register(connection.fd, _EPOLLIN)

    def _drop(self, connection: "_Connection") -> None:
        if self._by_fd.pop(connection.fd, None) is not None:
            self._poll.unregister(connection.fd)
        connection.close()


@dataclass
class _Tally:
    """What goes wrong in one slice."""

    errors: Counter[str] = field(default_factory=Counter)
    example: str | None = None
    reconnects: int = 0

    def count(self, kind: str, detail: str) -> None:
        self.errors[kind] += 1
        self.example = self.example or f"{kind}: {detail}"


class _Connection:
    """One keep-alive connection of one simulated user to one service, and where it is in its script."""

    __slots__ = (
        "_address",
        "_position",
        "_script",
        "_socket",
        "buffer",
        "busy",
        "due_ns",
        "expected",
        "fd",
        "first_ns",
        "recv",
        "sent_ns",
    )

    expected: Learned

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._script: Script = ()
        self._position = 0
        self.busy = False
        self.sent_ns = self.first_ns = self.due_ns = 0
        """When the request in flight was sent, the first one of this slice was sent, the one in flight was due."""
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
            raise self.silence() from None
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

    def silence(self) -> NoAnswer:
        return NoAnswer("timeout", f"no answer within {TIMEOUT_SECONDS:g} s to {self.request_line}")

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
