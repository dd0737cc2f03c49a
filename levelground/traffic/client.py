"""The client: prebuilt bytes out, every answer checked, one epoll loop over all connections of a slice.

`Endpoint.burst` sends as fast as the answers come (closed loop), `Endpoint.release` at given times (open loop).
An answer with the length, the beginning and the end of a right one, as this service spells it, is right (between them
are only headers); one that comes in pieces or is spelled otherwise is for `Connection.take`. Nothing ever waits for a
socket to take a long request: what it could not take at once is sent when epoll says so. Nothing here knows of Locust.

Servers close connections that were idle for some seconds, possibly just when a request is sent.
That is no error: a free connection that is closed is opened again, and a request that meets the close of an idle
connection before any byte of an answer is sent once more (RFC 9112, sections 9.3.1 and 9.6).
"""

import resource
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gevent import monkey

from levelground.traffic import message, pool
from levelground.traffic.connection import (
    ANCILLARY,
    NOTHING,
    RECEIVE,
    STAMP,
    Connection,
    Failure,
    NoAnswer,
    Question,
    WrongAnswer,
    is_close,
)
from levelground.traffic.pool import Learned, Pool, Script, Scripts
from levelground.traffic.reading import Verdict
from levelground.traffic.step import Transaction

__all__ = ["Learned", "NoAnswer", "Script", "Scripts", "WrongAnswer"]

# Locust's patches take epoll away, and make sleep a switch.
_epoll = monkey.get_original("select", "epoll")
_sleep = monkey.get_original("time", "sleep")
_EPOLLIN, _EPOLLOUT = 1, 4

TIMEOUT_SECONDS = 2.0
"""How long a slice waits for any answer at all before its service counts as hanging."""
DRAIN_SECONDS = 2.0
"""How long an open loop waits for the answers that are missing when its last request is due."""
LEARN_SECONDS = 60.0
"""How long all the answers together may take that `learn` asks for."""
_SPIN_NS = 150_000
"""The last moments before a request is due or a slice begins are waited for awake: a timer is late by as much."""
_REOPEN_NS = 1_000_000
"""So close to the next request no connection is opened again, if another one can take the request."""
_BATCH = 64
"""So many connections are opened before the service has to have taken them up: listen backlogs begin at 100."""
_PART_SECONDS = 2.0
"""How long a service may take to close the connections that were closed on this side."""
_SPARE_FILES = 256
"""Besides those of one service's connections."""
_STEP_NS = 50_000
"""By so much CLOCK_REALTIME may drift against the monotonic clock in a slice: more is a step."""


@dataclass(frozen=True)
class Burst:
    """What one slice of traffic on one service came to."""

    seconds: float = 0.0
    """From the first byte sent, or the start that was given, to the last byte received."""
    latencies_ns: Sequence[int] = ()
    """One for each right answer, from the moment when its request was due to the last byte.

    In an open loop `unanswered` more: how old the requests are whose answers were no longer waited for.
    """
    received_bytes: int = 0
    """Of all answers, right or wrong."""
    errors: Counter[str] = field(default_factory=Counter)
    """What failed, by kind: refused, handshake, reset, closed, timeout, malformed, wrong answer."""
    reconnects: int = 0
    """Connections that were opened again after the service had closed them in good order: after an answer that said so,
    or while they were idle."""
    example: str | None = None
    """The first failure in words."""
    starved: int = 0
    """Connections that got no answer before the time was over."""
    unanswered: int = 0
    """Open loop: requests without an answer at the end of the drain, or that found no connection until then."""
    first_byte_ns: Sequence[int] = ()
    """One for each right answer that is a stream: from when its request was due to the first byte of its body."""
    service_ns: Sequence[int] = ()
    """Open loop: one for each right answer, from the moment when its request was sent."""
    arrivals_ns: Sequence[int] = ()
    """Closed loop: when each right answer before the end of the slice's time was complete, by CLOCK_MONOTONIC."""
    slips_ns: Sequence[int] = ()
    """Open loop: how late the generator was with each request, not counting the wait for a free connection."""
    generator_ns: int = 0
    """CPU time of the generator, without what it waited awake; of several processes, of the busiest."""

    @property
    def answers(self) -> int:
        """Right answers."""
        return len(self.latencies_ns) - self.unanswered


class Endpoint:
    """All connections to one service. They stay open from slice to slice for as long as the service keeps them.

    Those in HTTP and those to each WebSocket are apart; a slice is sent on those that `prepare` was last called for.
    After `close` every other method raises ValueError.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        """`address` should be an IP address: it is connected to anew whenever a connection is lost."""
        self._address = address
        self._sets: dict[str, _Set] = {}
        self._closed = False
        self._use("")

    def learn(self, transactions: Sequence[Sequence[Transaction]]) -> Scripts:
        """The script of each connection. Raises WrongAnswer, NoAnswer.

        Sends a sample of the transactions, judges the answers by meaning, and predicts the spelling of all others.
        If it cannot predict some, the result has a `warning`. Takes LEARN_SECONDS at most.
        """
        self._must_be_open()
        asked = transactions if isinstance(transactions, Pool) else Pool(transactions)
        try:
            connection = Question(self._address, TIMEOUT_SECONDS, LEARN_SECONDS, asked.websocket)
        except NoAnswer as error:
            # It answered, but not as a WebSocket.
            raise (WrongAnswer(str(error)) if error.kind == "handshake" else error) from None
        try:
            return asked.learn(connection.ask)
        finally:
            connection.close()

    def prepare(self, connections: int, websocket: str = "") -> None:
        """Opens what is missing to so many connections, and closes what is too many. Raises NoAnswer.

        `websocket` is the path of the WebSocket that each is; "" for HTTP. Many are opened in batches, of which each
        has to be served before the next, so that no listen backlog is overrun.
        """
        self._must_be_open()
        self._use(websocket)
        for connection in list(self._by_fd.values()):
            if len(self._by_fd) > connections or not connection.is_silent():
                self._drop(connection)
        _allow_files(connections)
        while len(self._by_fd) < connections:
            connection = Connection(self._address, TIMEOUT_SECONDS, websocket)
            self._add(connection)
            # The handshake of a WebSocket was answered: it is served.
            if not websocket and len(self._by_fd) % _BATCH == 0:
                self._knock(connection)

    def part(self, connections: int) -> None:
        """Closes all but so many, and waits until the service has closed them too, so that it is at rest after that."""
        self._must_be_open()
        parting = list(self._by_fd.values())[connections:]
        for connection in parting:
            connection.part()
        deadline = time.monotonic() + _PART_SECONDS
        waiting = parting
        while waiting and time.monotonic() < deadline:
            _sleep(0.005)
            waiting = [one for one in waiting if not one.is_closed()]
        for connection in parting:
            self._drop(connection)

    def burst(self, scripts: Sequence[Script], turn: int, seconds: float, start_ns: int | None = None) -> Burst:
        """Closed loop for so long, with one script for each of the connections that `prepare` opened.

        Connections begin with transaction `turn` of their script. None is begun after `seconds`, and those begun are
        finished. What goes wrong is in the result, never raised. Begins at `start_ns` on the monotonic clock, or at
        once.
        """
        self._must_be_open()
        cpu = time.thread_time_ns()
        clock, poll, by_fd = time.perf_counter_ns, self._poll.poll, self._by_fd
        latencies: list[int] = []
        firsts: list[int] = []
        arrivals: list[int] = []
        tally = _Tally()
        connections = self._take_up(scripts, turn, tally)
        wall = _wall_ns()
        lost: list[Connection] = []
        """Closed by the service after their last transaction: opened again at the end."""
        busy = received = starved = idle = 0
        stamp, timeout = STAMP.unpack, int(TIMEOUT_SECONDS * 1e9)
        if start_ns is not None:
            cpu += _wait_until(start_ns)
        start = last = now = clock() if start_ns is None else start_ns

        deadline = start + int(seconds * 1e9)
        give_up = deadline + int(5 * TIMEOUT_SECONDS * 1e9)

        def fail(connection: Connection, error: Failure) -> int:
            """How many connections fewer are busy."""
            if connection.is_free:
                self._lose(connection, error, tally, lost)
                return 0
            if connection.sent_ns == connection.first_ns:
                return 0 if self._send_again(connection, error, tally, give_up) else 1
            self._fail(connection, tally, error)
            return 1

        for connection in connections:
            connection.first_ns = connection.sent_ns = clock()
            try:
                self._send(connection, connection.advance().request)
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
                    data, extra, _, _ = connection.receive(RECEIVE, ANCILLARY)
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
                        and connection.partial is None
                    ):
                        latencies.append(arrived - connection.sent_ns)
                        arrivals.append(arrived)
                    else:
                        verdict = self._judge(connection, data, arrived, tally)
                        if verdict is None:
                            continue
                        if verdict.is_right:
                            latencies.append(arrived - connection.sent_ns)
                            arrivals.append(arrived)
                            if expected.step.streams:
                                firsts.append(connection.first_byte_ns - connection.sent_ns)
                        # Before it had the whole request, it answered something else, and wrongly.
                        if verdict.closes or connection.unsent:
                            self._reopen(connection, give_up)
                            tally.reconnects += 1
                    last = arrived
                    if expected.ends and now >= deadline:
                        starved += connection.sent_ns == connection.first_ns
                        connection.expected = NOTHING
                        connection.used_ns = now
                        busy -= 1
                        continue
                    request = connection.advance().request
                    connection.sent_ns = now
                    if (sent := connection.write(request)) != len(request):
                        self._hold(connection, request, sent)
                except BlockingIOError:
                    try:
                        self._push(connection)
                    except OSError as error:
                        busy -= fail(connection, error)
                except (OSError, message.Malformed) as error:
                    busy -= fail(connection, error)
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
            first_byte_ns=firsts,
            # Those after the deadline are answered by a service that has nothing left to read: faster than usual.
            arrivals_ns=[one for one in arrivals if one <= deadline],
            # What it waited is told by the clock, and was no CPU time while something else had the CPU.
            generator_ns=min(time.thread_time_ns() - cpu, clock() - start - idle),
        )

    def release(
        self,
        scripts: Sequence[Script],
        turn: int,
        due_ns: Sequence[int],
        seconds: float,
        start_ns: int | None = None,
    ) -> Burst:
        """Open loop: begins one transaction at each of `due_ns`, nanoseconds from the start in rising order.

        Each takes the connection that has been free for the longest, or waits for one. Scripts, `turn`, `start_ns` and
        failures are as in `burst`. The later steps of a transaction are due when the step before them is answered.
        Waits awake, as `burst` does: a host may take milliseconds to wake a CPU that sleeps.
        Takes at least `seconds`, and DRAIN_SECONDS longer if answers are missing.
        """
        self._must_be_open()
        cpu = time.thread_time_ns()
        clock, poll, by_fd = time.perf_counter_ns, self._poll.poll, self._by_fd
        latencies: list[int] = []
        firsts: list[int] = []
        service: list[int] = []
        slips: list[int] = []
        tally = _Tally()
        received = at = idle = 0
        free = deque(self._take_up(scripts, turn, tally))
        waiting: deque[int] = deque()
        """When those transactions were due for which no connection was free."""
        lost: deque[Connection] = deque()
        """To be opened again: when this delays no request and no answer, or when a transaction waits for one."""
        opening: set[Connection] = set()
        wall, stamp = _wall_ns(), STAMP.unpack
        if start_ns is not None:
            cpu += _wait_until(start_ns)
        start = last = clock() if start_ns is None else start_ns
        due = [start + one for one in due_ns]
        count, end = len(due), start + int(seconds * 1e9)
        give_up = end + int(DRAIN_SECONDS * 1e9)

        def begin(connection: Connection, due_at: int) -> None:
            connection.due_ns = due_at
            request = connection.advance().request
            connection.sent_ns = clock()
            try:
                if (sent := connection.write(request)) != len(request):
                    self._hold(connection, request, sent)
            except OSError as error:
                handle(connection, error)

        def handle(connection: Connection, error: Failure) -> None:
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

        def reopen(connection: Connection) -> None:
            """Does not wait until it is open: `opened` goes on then."""
            self._drop(connection)
            try:
                connection.begin_to_open()
            except NoAnswer as error:
                self._fail(connection, tally, error)
            else:
                self._add(connection, _EPOLLOUT)
                opening.add(connection)

        def greet(connection: Connection) -> None:
            """Once it can be written to: what opens a WebSocket is sent first, and answered."""
            self._poll.modify(connection.fd, _EPOLLIN)
            greeting = connection.greeting()
            if not greeting:
                opened(connection)
                return
            try:
                self._send(connection, greeting)
            except OSError as error:
                handle(connection, error)

        def opened(connection: Connection) -> None:
            opening.remove(connection)
            tally.reconnects += 1
            connection.opened_ns = connection.used_ns = connection.sent_ns = clock()
            if not connection.is_free:
                try:
                    self._send(connection, connection.expected.request)
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
                    data, extra, _, _ = connection.receive(RECEIVE, ANCILLARY)
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
                        and connection.partial is None
                    ):
                        latencies.append(arrived - connection.due_ns)
                        service.append(arrived - connection.sent_ns)
                    else:
                        if connection in opening and connection.is_greeted:
                            if connection.shakes(data):
                                opened(connection)
                            continue
                        verdict = self._judge(connection, data, arrived, tally)
                        if verdict is None:
                            continue
                        if verdict.is_right:
                            latencies.append(arrived - connection.due_ns)
                            service.append(arrived - connection.sent_ns)
                            if expected.step.streams:
                                firsts.append(connection.first_byte_ns - connection.due_ns)
                        if verdict.closes or connection.unsent:
                            last = now
                            if expected.ends and not waiting:
                                connection.expected = NOTHING
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
                        connection.expected = NOTHING
                        free.append(connection)
                except BlockingIOError:
                    try:
                        if connection in opening and not connection.is_greeted:
                            greet(connection)
                        else:
                            self._push(connection)
                    except OSError as error:
                        handle(connection, error)
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
            first_byte_ns=firsts,
            service_ns=service,
            slips_ns=slips,
            # What it waited is told by the clock, and was no CPU time while something else had the CPU.
            generator_ns=min(time.thread_time_ns() - cpu, clock() - start - idle),
        )

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for one in self._sets.values():
            for connection in one.by_fd.values():
                connection.part()
                connection.close()
            one.poll.close()

    def _must_be_open(self) -> None:
        if self._closed:
            raise ValueError("the endpoint is closed")

    def _use(self, websocket: str) -> None:
        self._websocket = websocket
        one = self._sets.setdefault(websocket, _Set())
        self._poll, self._by_fd = one.poll, one.by_fd

    def _knock(self, connection: Connection) -> None:
        # Outside the set meanwhile, since a service may answer and close it: then it gets another socket.
        self._forget(connection)
        try:
            connection.knock()
        except NoAnswer:
            connection.close()
            raise
        self._add(connection)

    def _take_up(self, scripts: Sequence[Script], turn: int, tally: "_Tally") -> Sequence[Connection]:
        """All connections, each with its script. Opens those that the slice before lost; if it cannot, that counts."""
        if (websocket := pool.websocket(scripts)) != self._websocket:
            raise ValueError(f"prepared for {self._websocket or 'HTTP'}, but the scripts are for {websocket or 'HTTP'}")
        if len(self._by_fd) > len(scripts):
            raise ValueError(f"{len(self._by_fd)} connections, but {len(scripts)} scripts")
        try:
            while len(self._by_fd) < len(scripts):
                self._add(Connection(self._address, TIMEOUT_SECONDS, self._websocket))
        except NoAnswer as error:
            tally.count(error)
        connections = list(self._by_fd.values())
        for number, (connection, script) in enumerate(zip(connections, scripts, strict=False)):
            # One step further each, so that requests of every kind are mixed at every moment.
            connection.follow(script, turn + number)
        return connections

    def _judge(self, connection: Connection, data: bytes, arrived: int, tally: "_Tally") -> Verdict | None:
        """What the answer comes to that is complete with `data`; None if none is. Raises NoAnswer, Malformed."""
        if connection.partial is None:
            connection.first_byte_ns = 0
        verdict = connection.take(data)
        if connection.unsent:
            self._poll.modify(connection.fd, _EPOLLIN | _EPOLLOUT)
        if not connection.first_byte_ns and (verdict or (connection.partial and connection.partial.has_body)):
            connection.first_byte_ns = arrived
        if verdict is not None and not verdict.is_right:
            tally.count(WrongAnswer(verdict.difference))
        return verdict

    def _send(self, connection: Connection, request: bytes) -> None:
        if (sent := connection.write(request)) != len(request):
            self._hold(connection, request, sent)

    def _hold(self, connection: Connection, request: bytes, sent: int) -> None:
        """Keeps what the socket could not take of a request until it takes more."""
        connection.unsent = memoryview(request)[sent:]
        self._poll.modify(connection.fd, _EPOLLIN | _EPOLLOUT)

    def _push(self, connection: Connection) -> None:
        if connection.unsent:
            connection.push()
            if not connection.unsent:
                self._poll.modify(connection.fd, _EPOLLIN)

    def _send_again(self, connection: Connection, error: Failure, tally: "_Tally", give_up: int) -> bool:
        """Closed loop: sends the first request of a slice once more if it met the close of an idle connection.

        Returns whether it did; otherwise the error counts.
        """
        try:
            if not connection.met_a_close(error):
                raise error
            self._reopen(connection, give_up)
            self._send(connection, connection.expected.request)
        except (OSError, message.Malformed) as failure:
            self._fail(connection, tally, failure)
            return False
        tally.reconnects += 1
        return True

    def _lose(
        self,
        connection: Connection,
        error: Failure,
        tally: "_Tally",
        lost: deque[Connection] | list[Connection],
    ) -> None:
        """Adds a free connection that the service has closed to `lost`; all else that happens to it is an error.

        So is the close of one that was just opened and never used: its successor would be closed too, and so on.
        """
        if is_close(error) and not connection.is_new():
            self._drop(connection)
            lost.append(connection)
        else:
            self._fail(connection, tally, error)

    def _restore(self, lost: Iterable[Connection], tally: "_Tally") -> None:
        """Opens connections again, outside the measured time."""
        give_up = time.perf_counter_ns() + int(TIMEOUT_SECONDS * 1e9)
        for connection in lost:
            try:
                self._reopen(connection, give_up)
                tally.reconnects += 1
            except NoAnswer as error:
                self._fail(connection, tally, error)

    def _reopen(self, connection: Connection, give_up: int) -> None:
        """Waits until it is open, until `give_up` at most. Raises NoAnswer."""
        self._drop(connection)
        connection.open(min(TIMEOUT_SECONDS, (give_up - time.perf_counter_ns()) / 1e9))
        self._add(connection)

    def _fail(self, connection: Connection, tally: "_Tally", error: Failure) -> None:
        tally.count(error)
        self._drop(connection)

    def _add(self, connection: Connection, events: int = _EPOLLIN) -> None:
        self._by_fd[connection.fd] = connection
        self._poll.register(connection.fd, events)

    def _forget(self, connection: Connection) -> None:
        if self._by_fd.get(connection.fd) is connection:
            del self._by_fd[connection.fd]
            self._poll.unregister(connection.fd)

    def _drop(self, connection: Connection) -> None:
        self._forget(connection)
        connection.close()


class _Set:
    """Connections that slices are sent on together."""

    def __init__(self) -> None:
        self.poll = _epoll()
        self.by_fd: dict[int, Connection] = {}


def _allow_files(connections: int) -> None:
    """Raises this process's own limit of open files as far as it may be, if it is too low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        highest = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, highest), hard))


class _Stepped(Exception):
    """The host's clock was set in mid-slice: what the kernel said of arrivals is worth nothing."""

    kind = "clock stepped"


def _wait_until(moment_ns: int) -> int:
    """Waits for a moment on the clock of this module, the end of it awake; the CPU time that this took."""
    before = time.thread_time_ns()
    if (left := moment_ns - _SPIN_NS - time.perf_counter_ns()) > 0:
        _sleep(left / 1e9)
    while time.perf_counter_ns() < moment_ns:
        pass
    return time.thread_time_ns() - before


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

    def count(self, error: Failure | WrongAnswer | _Stepped) -> None:
        kind = getattr(error, "kind", "reset")
        self.errors[kind] += 1
        self.example = self.example or f"{kind}: {error}"


def _refusal(error: Failure) -> Failure:
    """As the kind of failure that it is on a connection which is not open yet."""
    return error if hasattr(error, "kind") else NoAnswer("refused", str(error))
