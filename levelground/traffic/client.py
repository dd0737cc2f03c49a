"""The client: prebuilt bytes out, every answer checked, one epoll loop over all connections of a slice.

`Endpoint.burst` sends as fast as the answers come (closed loop), `Endpoint.release` at given times (open loop).
An answer with the length, the beginning and the end of a right one, as this service spells it, is right (between them
are only headers); any other is parsed in full and judged by its meaning. Nothing here knows of Locust.

Servers close connections that were idle for some seconds, possibly just when a request is sent.
That is no error: a free connection that is closed is opened again, and a request that meets the close of an idle
connection before any byte of an answer is sent once more (RFC 9112, sections 9.3.1 and 9.6).
"""

import errno
import os
import re
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import override

from gevent import monkey

from levelground.traffic import message
from levelground.traffic.pool import Learned, Pool, Script, Scripts, starts
from levelground.traffic.spelling import BLANK_LINE, NO_MARKS, Marks
from levelground.traffic.step import Step, Transaction

__all__ = ["Learned", "Script", "Scripts"]

# Locust makes its process cooperative: that takes epoll away and puts a switch into every socket call.
# A slice wants neither. It drives all its connections itself and gives way when it is over.
# The original create_connection would be no help: it makes sockets of the class that the module has by then.
_Socket = monkey.get_original("socket", "socket")
_epoll = monkey.get_original("select", "epoll")
_EPOLLIN, _EPOLLOUT, _MSG_PEEK = 1, 4, 2

TIMEOUT_SECONDS = 2.0
"""How long a slice waits for any answer at all before its service counts as hanging."""
DRAIN_SECONDS = 2.0
"""How long an open loop waits for the answers that are missing when its last request is due."""
LEARN_SECONDS = 60.0
"""How long all the answers together may take that `learn` asks for."""
IDLE_SECONDS = 1.0
"""A connection on which nothing happened for so long may be closed by the service just when a request is sent."""
_REOPEN_NS = 1_000_000
"""So close to the next request no connection is opened again, if another one can take the request."""
_RECEIVE = 1 << 16
_SO_TIMESTAMPNS, _STAMP = 35, struct.Struct("@qq")
"""Asks the kernel for the time at which what is received came in: seconds and nanoseconds by CLOCK_REALTIME."""
_ANCILLARY = socket.CMSG_SPACE(_STAMP.size)
_STEP_NS = 50_000
"""By so much CLOCK_REALTIME may drift against the monotonic clock in a slice: more is a step."""
_LONGEST_ANSWER = 1 << 22
_STATUS_LINE = len("HTTP/1.1 200 ")
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,9})(?=\r\n|\Z)", re.IGNORECASE)


class NoAnswer(OSError):
    """A service refused, reset or closed a connection, or kept silent for too long; `kind` says which."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class WrongAnswer(Exception):
    """A service answered, but not what the scenario says is right."""

    kind = "wrong answer"


_Failure = OSError | message.Malformed


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
    """Connections that were opened again after the service had closed them in good order: after an answer that said so,
    or while they were idle."""
    example: str | None = None
    """The first failure in words."""
    starved: int = 0
    """Connections that got no answer before the time was over."""
    unanswered: int = 0
    """Open loop: requests without an answer at the end of the drain, or that found no connection until then."""
    service_ns: Sequence[int] = ()
    """Open loop: one for each right answer, from the moment when its request was sent."""
    arrivals_ns: Sequence[int] = ()
    """Closed loop: when each right answer before the end of the slice's time was complete, on a clock of its own."""
    idle_ns: int = 0
    """For how long the generator waited awake, with nothing to do."""
    slips_ns: Sequence[int] = ()
    """Open loop: how late the generator was with each request, not counting the wait for a free connection."""

    @property
    def answers(self) -> int:
        """Right answers."""
        return len(self.latencies_ns) - self.unanswered


class Endpoint:
    """All connections to one service. They stay open from slice to slice for as long as the service keeps them.

    After `close` every other method raises ValueError.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        """`address` should be an IP address: it is connected to anew whenever a connection is lost."""
        self._address = address
        self._poll = _epoll()
        self._by_fd: dict[int, _Connection] = {}

    def learn(self, transactions: Sequence[Sequence[Transaction]]) -> Scripts:
        """The script of each connection. Raises WrongAnswer, NoAnswer.

        Sends a sample of the transactions, judges the answers by meaning, and predicts the spelling of all others.
        If it cannot predict some, the result has a `warning`. Takes LEARN_SECONDS at most.
        """
        self._must_be_open()
        pool = transactions if isinstance(transactions, Pool) else Pool(transactions)
        deadline = time.monotonic() + LEARN_SECONDS
        connection = _Question(self._address)
        try:
            return pool.learn(lambda step: connection.ask(step, deadline))
        finally:
            connection.close()

    def prepare(self, connections: int) -> None:
        """Opens what is missing to so many connections, and closes what is too many. Raises NoAnswer."""
        self._must_be_open()
        for connection in list(self._by_fd.values()):
            if len(self._by_fd) > connections or not connection.is_silent():
                self._drop(connection)
        while len(self._by_fd) < connections:
            self._add(_Connection(self._address))

    def burst(self, scripts: Sequence[Script], turn: int, seconds: float) -> Burst:
        """Closed loop for so long, with one script for each of the connections that `prepare` opened.

        Connections begin with transaction `turn` of their script. None is begun after `seconds`, and those begun are
        finished. What goes wrong is in the result, never raised.
        """
        self._must_be_open()
        clock, poll, by_fd = time.perf_counter_ns, self._poll.poll, self._by_fd
        latencies: list[int] = []
        arrivals: list[int] = []
        tally = _Tally()
        connections = self._take_up(scripts, turn, tally)
        wall = _wall_ns()
        lost: list[_Connection] = []
        """Closed by the service after their last transaction: opened again at the end."""
        busy = received = starved = idle = 0
        stamp, timeout = _STAMP.unpack, int(TIMEOUT_SECONDS * 1e9)
        start = last = now = clock()
        deadline = start + int(seconds * 1e9)
        give_up = deadline + int(5 * TIMEOUT_SECONDS * 1e9)
        for connection in connections:
            connection.first_ns = connection.sent_ns = clock()
            try:
                connection.send(connection.advance().request)
                busy += 1
            except OSError as error:
                busy += self._send_again(connection, error, tally, give_up)

        while busy:
            events = poll(0)
            if not events:
                # Waits awake: to wake a sleeping generator would cost the service some µs of its own time for each
                # answer, and only a service that is slow enough for the generator to fall asleep.
                waiting = clock()
                until = waiting + timeout
                while not events and clock() < until:
                    events = poll(0)
                idle += clock() - waiting
            # By the clock: a service that sends a byte now and then has events for ever.
            if not events or now > give_up:
                for connection in [c for c in by_fd.values() if not c.is_free]:
                    starved += connection.sent_ns == connection.first_ns
                    self._fail(connection, tally, connection.silence((clock() - connection.sent_ns) / 1e9))
                break
            for fd, _ in events:
                connection = by_fd[fd]
                expected = connection.expected
                try:
                    data, extra, _, _ = connection.receive(_RECEIVE, _ANCILLARY)
                    now = clock()
                    if extra:
                        seconds_in, ns_in = stamp(extra[0][2])
                        arrived = 1_000_000_000 * seconds_in + ns_in - wall
                    else:
                        arrived = now
                    received += len(data)
                    if (
                        len(data) == expected.length
                        and data.endswith(expected.suffix)
                        and data.startswith(expected.prefix)
                        and not connection.buffer
                    ):
                        latencies.append(arrived - connection.sent_ns)
                        arrivals.append(arrived)
                    else:
                        right = self._judge(connection, data, tally)
                        if right is None:
                            continue
                        if right:
                            latencies.append(arrived - connection.sent_ns)
                            arrivals.append(arrived)
                        if connection.closes:
                            self._reopen(connection, give_up)
                            tally.reconnects += 1
                    last = arrived
                    if expected.ends and now >= deadline:
                        starved += connection.sent_ns == connection.first_ns
                        connection.expected = _NOTHING
                        connection.used_ns = now
                        busy -= 1
                        continue
                    request = connection.advance().request
                    connection.sent_ns = now
                    if (sent := connection.write(request)) != len(request):
                        connection.send_rest(request[sent:])
                except BlockingIOError:
                    continue
                except (OSError, message.Malformed) as error:
                    if connection.is_free:
                        self._lose(connection, error, tally, lost)
                    elif connection.sent_ns == connection.first_ns:
                        busy -= not self._send_again(connection, error, tally, give_up)
                    else:
                        self._fail(connection, tally, error)
                        busy -= 1
        self._restore(lost, tally)
        _must_not_step(wall, tally)
        return Burst(
            (last - start) / 1e9,
            latencies,
            received,
            tally.errors,
            tally.reconnects,
            tally.example,
            starved,
            # Those after the deadline are answered by a service that has nothing left to read: faster than usual.
            arrivals_ns=[one for one in arrivals if one <= deadline],
            idle_ns=idle,
        )

    def release(self, scripts: Sequence[Script], turn: int, due_ns: Sequence[int], seconds: float) -> Burst:
        """Open loop: begins one transaction at each of `due_ns`, nanoseconds from now on in rising order.

        Each takes the connection that has been free for the longest, or waits for one. Scripts, `turn` and failures are
        as in `burst`. The later steps of a transaction are due when the step before them is answered.
        Waits awake, as `burst` does: a host may take milliseconds to wake a CPU that sleeps.
        Takes at least `seconds`, and DRAIN_SECONDS longer if answers are missing.
        """
        self._must_be_open()
        clock, poll, by_fd = time.perf_counter_ns, self._poll.poll, self._by_fd
        latencies: list[int] = []
        service: list[int] = []
        slips: list[int] = []
        tally = _Tally()
        received = at = idle = 0
        free = deque(self._take_up(scripts, turn, tally))
        waiting: deque[int] = deque()
        """When those transactions were due for which no connection was free."""
        lost: deque[_Connection] = deque()
        """To be opened again: when this delays no request and no answer, or when a transaction waits for one."""
        opening: set[_Connection] = set()
        wall, stamp = _wall_ns(), _STAMP.unpack
        start = last = clock()
        due = [start + one for one in due_ns]
        count, end = len(due), start + int(seconds * 1e9)
        give_up = end + int(DRAIN_SECONDS * 1e9)

        def begin(connection: _Connection, due_at: int) -> None:
            connection.due_ns = due_at
            request = connection.advance().request
            connection.sent_ns = clock()
            try:
                if (sent := connection.write(request)) != len(request):
                    connection.send_rest(request[sent:])
            except OSError as error:
                handle(connection, error)

        def handle(connection: _Connection, error: _Failure) -> None:
            """Opens a connection again that was closed while it was idle; all else is an error."""
            if connection in opening:
                opening.remove(connection)
                self._fail(connection, tally, _refusal(error))
            elif connection.is_free:
                free.remove(connection)
                self._lose(connection, error, tally, lost)
            elif connection.met_a_close(error):
                reopen(connection)
            else:
                self._fail(connection, tally, error)

        def reopen(connection: _Connection) -> None:
            """Does not wait until it is open: `opened` goes on then."""
            self._drop(connection)
            try:
                connection.begin_to_open()
            except NoAnswer as error:
                self._fail(connection, tally, error)
            else:
                self._add(connection, _EPOLLOUT)
                opening.add(connection)

        def opened(connection: _Connection) -> None:
            opening.remove(connection)
            self._poll.modify(connection.fd, _EPOLLIN)
            tally.reconnects += 1
            connection.opened_ns = connection.used_ns = connection.sent_ns = clock()
            if not connection.is_free:
                try:
                    connection.send(connection.expected.request)
                except OSError as error:
                    handle(connection, error)
            elif waiting:
                begin(connection, waiting.popleft())
            else:
                free.append(connection)

        def is_quiet() -> bool:
            """Whether no answer is missing."""
            return len(free) + sum(connection.is_free for connection in opening) == len(by_fd)

        while by_fd or lost:
            now = clock()
            while at < count and due[at] <= now:
                slips.append(now - due[at])
                if free:
                    begin(free.popleft(), due[at])
                else:
                    waiting.append(due[at])
                at += 1
                now = clock()
            if lost and (waiting or (is_quiet() and now < (due[at] - _REOPEN_NS if at < count else end))):
                reopen(lost.popleft())
                continue
            if at == count and (now > give_up or (now >= end and is_quiet() and not waiting)):
                break
            events = poll(0)
            if not events:
                idle += clock() - now
            for fd, _ in events:
                connection = by_fd[fd]
                expected = connection.expected
                try:
                    data, extra, _, _ = connection.receive(_RECEIVE, _ANCILLARY)
                    now = clock()
                    if extra:
                        seconds_in, ns_in = stamp(extra[0][2])
                        arrived = 1_000_000_000 * seconds_in + ns_in - wall
                    else:
                        arrived = now
                    received += len(data)
                    if (
                        len(data) == expected.length
                        and data.endswith(expected.suffix)
                        and data.startswith(expected.prefix)
                        and not connection.buffer
                    ):
                        latencies.append(arrived - connection.due_ns)
                        service.append(arrived - connection.sent_ns)
                    else:
                        right = self._judge(connection, data, tally)
                        if right is None:
                            continue
                        if right:
                            latencies.append(arrived - connection.due_ns)
                            service.append(arrived - connection.sent_ns)
                        if connection.closes:
                            last = now
                            if expected.ends and not waiting:
                                connection.expected = _NOTHING
                                self._drop(connection)
                                lost.append(connection)
                            else:
                                connection.due_ns = waiting.popleft() if expected.ends else now
                                connection.advance()
                                reopen(connection)
                            continue
                    last = connection.used_ns = now
                    if not expected.ends:
                        begin(connection, now)
                    elif waiting:
                        begin(connection, waiting.popleft())
                    else:
                        connection.expected = _NOTHING
                        free.append(connection)
                except BlockingIOError:
                    if connection in opening:
                        opened(connection)
                except (OSError, message.Malformed) as error:
                    handle(connection, error)
        now = clock()
        missing = [now - one for one in waiting]
        for connection in [c for c in by_fd.values() if not c.is_free]:
            missing.append(now - connection.due_ns)
            self._drop(connection)
        _must_not_step(wall, tally)
        self._restore([*lost, *(connection for connection in opening if connection.is_free)], tally)
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
            idle_ns=idle,
        )

    def close(self) -> None:
        if self._poll.closed:
            return
        for connection in list(self._by_fd.values()):
            self._drop(connection)
        self._poll.close()

    def _must_be_open(self) -> None:
        if self._poll.closed:
            raise ValueError("the endpoint is closed")

    def _take_up(self, scripts: Sequence[Script], turn: int, tally: "_Tally") -> Sequence["_Connection"]:
        """All connections, each with its script. Opens those that the slice before lost; if it cannot, that counts."""
        if len(self._by_fd) > len(scripts):
            raise ValueError(f"{len(self._by_fd)} connections, but {len(scripts)} scripts")
        try:
            while len(self._by_fd) < len(scripts):
                self._add(_Connection(self._address))
        except NoAnswer as error:
            tally.count(error)
        connections = list(self._by_fd.values())
        for number, (connection, script) in enumerate(zip(connections, scripts, strict=False)):
            # One step further each, so that requests of every kind are mixed at every moment.
            connection.follow(script, turn + number)
        return connections

    def _judge(self, connection: "_Connection", data: bytes, tally: "_Tally") -> bool | None:
        """Whether the answer that is complete with `data` is right; None if none is. Raises NoAnswer, Malformed."""
        connection.take(data)
        if connection.holds_the_expected():
            connection.buffer = b""
            connection.closes = False
            return True
        response = None if connection.is_cut_off() else connection.parse()
        if response is None:
            return None
        right = connection.is_right(response)
        if not right:
            tally.count(WrongAnswer(connection.difference(response)))
        connection.buffer = b""
        connection.closes = not response.keep_alive
        return right

    def _send_again(self, connection: "_Connection", error: _Failure, tally: "_Tally", give_up: int) -> bool:
        """Closed loop: sends the first request of a slice once more if it met the close of an idle connection.

        Returns whether it did; otherwise the error counts.
        """
        try:
            if not connection.met_a_close(error):
                raise error
            self._reopen(connection, give_up)
            connection.send(connection.expected.request)
        except (OSError, message.Malformed) as failure:
            self._fail(connection, tally, failure)
            return False
        tally.reconnects += 1
        return True

    def _lose(
        self,
        connection: "_Connection",
        error: _Failure,
        tally: "_Tally",
        lost: "deque[_Connection] | list[_Connection]",
    ) -> None:
        """Adds a free connection that the service has closed to `lost`; all else that happens to it is an error.

        So is the close of one that was just opened and never used: its successor would be closed too, and so on.
        """
        if _is_close(error) and not connection.is_new():
            self._drop(connection)
            lost.append(connection)
        else:
            self._fail(connection, tally, error)

    def _restore(self, lost: "Iterable[_Connection]", tally: "_Tally") -> None:
        """Opens connections again, outside the measured time."""
        give_up = time.perf_counter_ns() + int(TIMEOUT_SECONDS * 1e9)
        for connection in lost:
            try:
                self._reopen(connection, give_up)
                tally.reconnects += 1
            except NoAnswer as error:
                self._fail(connection, tally, error)

    def _reopen(self, connection: "_Connection", give_up: int) -> None:
        """Waits until it is open, until `give_up` at most. Raises NoAnswer."""
        self._drop(connection)
        connection.open(min(TIMEOUT_SECONDS, (give_up - time.perf_counter_ns()) / 1e9))
        self._add(connection)

    def _fail(self, connection: "_Connection", tally: "_Tally", error: _Failure) -> None:
        tally.count(error)
        self._drop(connection)

    def _add(self, connection: "_Connection", events: int = _EPOLLIN) -> None:
        self._by_fd[connection.fd] = connection
        self._poll.register(connection.fd, events)

    def _drop(self, connection: "_Connection") -> None:
        if self._by_fd.get(connection.fd) is connection:
            del self._by_fd[connection.fd]
            self._poll.unregister(connection.fd)
        connection.close()


class _Stepped(Exception):
    """The host's clock was set in mid-slice: what the kernel said of arrivals is worth nothing."""

    kind = "clock stepped"


def _wall_ns() -> int:
    """CLOCK_REALTIME, by which the kernel tells arrivals, minus the clock of this module."""
    differences = []
    for _ in range(3):
        before, wall, after = time.perf_counter_ns(), time.time_ns(), time.perf_counter_ns()
        differences.append((after - before, wall - (before + after) // 2))
    return min(differences)[1]


def _must_not_step(wall: int, tally: "_Tally") -> None:
    stepped = _wall_ns() - wall
    if abs(stepped) > _STEP_NS:
        tally.count(_Stepped(f"by {stepped / 1e6:+.3f} ms in mid-slice"))


@dataclass
class _Tally:
    """What goes wrong in one slice."""

    errors: Counter[str] = field(default_factory=Counter)
    example: str | None = None
    reconnects: int = 0

    def count(self, error: _Failure | WrongAnswer | _Stepped) -> None:
        kind = getattr(error, "kind", "reset")
        self.errors[kind] += 1
        self.example = self.example or f"{kind}: {error}"


_NOTHING = Learned(Step(b"", 0, None, ""), True, b"", *NO_MARKS)
"""What a free connection expects."""


class _Connection:
    """One keep-alive connection of one simulated user to one service, and where it is in its script."""

    __slots__ = (
        "_address",
        "_rest",
        "_script",
        "_socket",
        "buffer",
        "closes",
        "due_ns",
        "expected",
        "fd",
        "first_ns",
        "opened_ns",
        "receive",
        "sent_ns",
        "used_ns",
        "write",
    )

    def __init__(self, address: tuple[str, int]) -> None:
        """Opens it. Raises NoAnswer."""
        self._address = address
        self._script: Script = ()
        self._rest: Iterator[Learned] = iter(self._script)
        self.expected = _NOTHING
        """The answer to the request in flight."""
        self.closes = False
        """Whether the service closes the connection after the last answer that was parsed."""
        self.sent_ns = self.first_ns = self.due_ns = 0
        """When the request in flight was sent, the first one of this slice was sent, the one in flight was due."""
        self.open(TIMEOUT_SECONDS)

    @property
    def is_free(self) -> bool:
        """Whether no request is in flight."""
        return self.expected is _NOTHING

    def is_new(self) -> bool:
        """Whether it was opened just now and never used."""
        return self.used_ns == self.opened_ns and time.perf_counter_ns() - self.opened_ns < IDLE_SECONDS * 1e9

    def open(self, seconds: float) -> None:
        """Waits for so long at most. Raises NoAnswer."""
        self._renew()
        try:
            # A timeout of 0 would mean not to wait, and a negative one is refused.
            self._socket.settimeout(max(seconds, 0.001))
            self._socket.connect(self._address)
        except TimeoutError:
            self.close()
            raise NoAnswer("timeout", f"no connection within {seconds:.3g} s") from None
        except OSError as error:
            self.close()
            raise NoAnswer("refused", str(error)) from None
        self._socket.setblocking(False)

    def begin_to_open(self) -> None:
        """Does not wait: once it can be written to, it is open. Raises NoAnswer."""
        self._renew()
        self._socket.setblocking(False)
        code = self._socket.connect_ex(self._address)
        if code not in (0, errno.EINPROGRESS):
            self.close()
            raise NoAnswer("refused", os.strerror(code))

    def _renew(self) -> None:
        self._socket = self._new_socket(socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd: int = self._socket.fileno()
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.receive, self.write = self._socket.recvmsg, self._socket.send
        self.buffer = b""
        self.opened_ns = self.used_ns = time.perf_counter_ns()
        """When it was opened, and when it last did something: kept only for the moments at which it becomes free."""

    def _new_socket(self, family: int) -> socket.socket:
        made: socket.socket = _Socket(family)
        return made

    def close(self) -> None:
        self._socket.close()

    def is_silent(self) -> bool:
        """Whether it is open and holds nothing that nobody asked for."""
        try:
            self._socket.recv(1, _MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def met_a_close(self, error: _Failure) -> bool:
        """Whether the service had closed the connection for being idle before it saw the request in flight.

        Only for the first request after the connection was free: `used_ns` says nothing about the later ones.
        """
        idle_seconds = (self.sent_ns - self.used_ns) / 1e9
        return _is_close(error) and not self.buffer and idle_seconds >= IDLE_SECONDS

    def send(self, request: bytes) -> None:
        sent = self.write(request)
        if sent != len(request):
            self.send_rest(request[sent:])

    def send_rest(self, rest: bytes) -> None:
        """Of a request that the socket's buffer could not take at once: waits until it does."""
        self._socket.settimeout(TIMEOUT_SECONDS)
        self._socket.sendall(rest)
        self._socket.setblocking(False)

    def take(self, data: bytes) -> None:
        """Adds what came to the answer in the buffer. Raises NoAnswer, Malformed."""
        if not data:
            after = f"after {len(self.buffer)} bytes of the answer to {self.expected.step.line}"
            raise NoAnswer("closed", "while it was free" if self.is_free else after)
        if self.is_free:
            raise message.Malformed(f"bytes that nobody asked for: {data[:80]!r}")
        self.buffer += data
        if len(self.buffer) > _LONGEST_ANSWER:
            raise message.Malformed(f"over {_LONGEST_ANSWER:,} bytes as the answer to {self.expected.step.line}")

    def parse(self) -> message.Response | None:
        """The answer in the buffer, if it is complete. Raises Malformed."""
        response = message.parse(self.buffer)
        if response is not None and response.length < len(self.buffer):
            raise message.Malformed(f"bytes after the answer: {self.buffer[response.length :][:80]!r}")
        return response

    def holds_the_expected(self) -> bool:
        """Whether the buffer is the right answer, as it is recognised without a parse."""
        expected, buffer = self.expected, self.buffer
        return (
            len(buffer) == expected.length and buffer.endswith(expected.suffix) and buffer.startswith(expected.prefix)
        )

    def is_cut_off(self) -> bool:
        """Whether a part of the body is missing for certain, which takes less time to see than a parse.

        Many servers send headers and body one after the other, so the headers often come alone.
        """
        expected = self.expected
        if expected.length < 0 or not expected.step.body or not self.buffer.startswith(expected.prefix):
            return False
        head, blank_line, body = self.buffer.partition(BLANK_LINE)
        if not blank_line:
            return False
        if _TRANSFER_ENCODING.search(head):
            return not body.endswith(BLANK_LINE)
        length = _CONTENT_LENGTH.search(head)
        return length is not None and len(body) < int(length[1])

    def follow(self, script: Script, turn: int) -> None:
        """Takes up a script: `advance` begins with its transaction number `turn`, counted around."""
        begins = starts(script)
        self._script = script if isinstance(script, tuple) else tuple(script)
        self._rest = iter(self._script)
        # As if it had been unpickled there: to skip thousands of steps would take long, and fill the CPU's cache.
        self._rest.__setstate__(begins[turn % len(begins)])  # type: ignore[attr-defined]
        self.expected = _NOTHING
        self.buffer = b""

    def advance(self) -> Learned:
        """The next step of the script, which is expected to be answered from now on."""
        try:
            expected = self.expected = next(self._rest)
        except StopIteration:
            self._rest = iter(self._script)
            expected = self.expected = next(self._rest)
        return expected

    def silence(self, seconds: float) -> NoAnswer:
        return NoAnswer("timeout", f"no answer within {seconds:.3g} s to {self.expected.step.line}")

    def is_right(self, response: message.Response) -> bool:
        return self.expected.step.accepts(response.status, response.media_type, response.body)

    def difference(self, response: message.Response) -> str:
        """Expected and got, in words."""
        step = self.expected.step
        return (
            f"{step.line}: expected {step.status} {step.media_type or 'without a body'} {step.body[:200]!r}, "
            f"got {response.status} {response.media_type or 'without media type'} {response.body[:200]!r}"
        )


class _Question(_Connection):
    """A connection outside the measured time, to learn answers on.

    It waits for them, and where Locust has made sockets cooperative, everything else in the process goes on meanwhile.
    """

    __slots__ = ()

    @override
    def _new_socket(self, family: int) -> socket.socket:
        return socket.socket(family)

    def ask(self, step: Step, until: float) -> Marks:
        """Sends one request, judges its answer by meaning, and returns what it is recognised by.

        Waits TIMEOUT_SECONDS, but not beyond `until` by the monotonic clock. Raises WrongAnswer, NoAnswer.
        """
        deadline = min(until, time.monotonic() + TIMEOUT_SECONDS)
        self.expected = Learned(step, True, step.request, *NO_MARKS)
        response: message.Response | None = None
        try:
            self._wait_until(deadline)
            self._socket.sendall(step.request)
            while response is None:
                self._wait_until(deadline)
                self.take(self._socket.recv(_RECEIVE))
                response = self.parse()
        except TimeoutError:
            if deadline == until:
                raise NoAnswer("timeout", f"learning its answers takes over {LEARN_SECONDS:g} s") from None
            raise self.silence(TIMEOUT_SECONDS) from None
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
            # Recognised without a parse, such an answer would hide that its connection ends.
            self.close()
            self.open(TIMEOUT_SECONDS)
            return NO_MARKS
        return Marks(len(wire), wire[:_STATUS_LINE], wire[response.head_length - 4 :])

    def _wait_until(self, deadline: float) -> None:
        """Sets how long the next call may wait."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def _is_close(error: _Failure) -> bool:
    """Whether the service closed or reset the connection."""
    return isinstance(error, ConnectionError) or getattr(error, "kind", None) == "closed"


def _refusal(error: _Failure) -> _Failure:
    """As the kind of failure that it is on a connection which is not open yet."""
    return error if hasattr(error, "kind") else NoAnswer("refused", str(error))
