"""`make count`: instructions per request, counted by callgrind, which no noise of the host changes.

A service is started once more, in a container of its own under valgrind, and gets the traffic of `make bench`.
The figure is what its processes execute between two readings of their counters, divided by the requests in between. It
includes the garbage collection of that time, but neither start-up nor warm-up. Each repeat is another start.

Under valgrind a request takes about fifty times as long, so work that a process does by the clock would weigh fifty
times as much (Sanic's manager checks its worker ten times a second). It is counted while nothing is sent, and
subtracted.
"""

import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from levelground.measuring.engine import Counter, Counting, Failed, Reading
from levelground.model import count, record
from levelground.model.count import Counted, Repeat, Report
from levelground.model.folder import RESULTS, Folder
from levelground.model.record import Instructions, Member
from levelground.stand import host, probe
from levelground.stand.catalog import Service
from levelground.traffic import client
from levelground.traffic.exact import Connections
from levelground.traffic.pool import Pool
from levelground.traffic.scenario import Scenario, digest

FOLDER, FILE = "count", "count.json"
"""In results/: a folder for each measurement, with this file in it."""
SEED = 1
CONNECTIONS = 16
REPEATS = 2
WARMUP_REQUESTS, JIT_WARMUP_REQUESTS = 40, 750
"""Per connection, with counting off, which is several times as fast. V8 goes on compiling for the first 10,000."""
PILOT_REQUESTS = 10
"""Per connection, at the end of the warm-up: the instructions they take decide how many requests are counted."""
INSTRUCTIONS = 300_000_000
FEWEST_REQUESTS, MOST_REQUESTS = 40, 512
"""Bounds of the requests per connection; between them, all requests together take about INSTRUCTIONS."""
SETTLE_SECONDS = 0.5
"""After the last answer, for threads that still clean up, such as Django's."""
IDLE_SECONDS, IDLE_READINGS = 0.5, 2
"""More than one, because a server may close idle connections in one of them."""
BY_THE_CLOCK = 2.0
"""A process that executes less than this many times its idle work answers no requests."""
START_SECONDS = 120.0
"""How long a service may take from its start to its first answer, under valgrind."""
_PAUSE_SECONDS = 0.2


class Measurement:
    """Counts one service after the other; what was counted so far is on disk after each of them."""

    def __init__(
        self, services: Sequence[Service], scenarios: Sequence[Scenario], engine: Counter, results: Path = RESULTS
    ) -> None:
        self._services = services
        self._traffic = {one.name: one.render(SEED, CONNECTIONS) for one in scenarios}
        self._left_out = {one.name: why for one in scenarios if (why := _uncountable(one, self._traffic[one.name]))}
        self._engine = engine
        self._results = results
        self._folder: Folder | None = None
        self._started = record.now()
        self._host = host.describe(results)
        self._found: dict[str, Counted] = {}

    def run(self) -> Report | None:
        """None: it was interrupted before anything was counted."""
        began = time.monotonic()
        subjects = [_Subject(service, self._engine, self._traffic, self._left_out) for service in self._services]
        starts = [subject for subject in subjects for _ in range(REPEATS)]
        try:
            for number, subject in enumerate(starts, 1):
                # Half of the time is spent waiting, so the next container starts meanwhile.
                subject.repeat(meanwhile=starts[number].begin if number < len(starts) else lambda: None)
                if number % REPEATS == 0:
                    name = subject.service.name
                    self._found[name] = self._counted(subject)
                    self._write(interrupted=number < len(starts))
                    left = (time.monotonic() - began) / number * (len(starts) - number)
                    _say(f"{name}: {_words(self._found[name])}; {timedelta(seconds=round(left))} left")
        except KeyboardInterrupt:
            return self._write(interrupted=True) if self._found else None
        return self._write(interrupted=False)

    def _counted(self, subject: "_Subject") -> Counted:
        return Counted(
            role=subject.service.role,
            image=(self._host["engine"] or {}).get("images", {}).get(subject.service.name),
            about=subject.about,
            scenarios={name: count.of(each) for name, each in subject.counted.items() if name not in subject.missing},
            missing=subject.missing,
            left_out=subject.left_out,
        )

    def _write(self, *, interrupted: bool) -> Report:
        if self._folder is None:
            self._folder = Folder.create(self._results / FOLDER)
        report = Report(
            run=self._folder.name,
            started=self._started,
            command=" ".join(sys.argv),
            seed=SEED,
            connections=CONNECTIONS,
            repeats=REPEATS,
            interrupted=interrupted,
            scenarios={name: digest(transactions) for name, transactions in self._traffic.items()},
            host=self._host,
            services=self._found,
        )
        self._folder.write_json(FILE, report)
        return report


class _Subject:
    """One service under callgrind: what was counted, and what could not be."""

    def __init__(
        self,
        service: Service,
        engine: Counter,
        traffic: Mapping[str, Pool],
        left_out: Mapping[str, str],
    ) -> None:
        """`left_out` says of scenarios why nobody is counted in them."""
        self.about: dict[str, Any] | None = None
        self.counted: dict[str, list[Repeat]] = defaultdict(list)
        """By scenario."""
        self.left_out = {
            **left_out,
            **{name: "not part of what it answers" for name in traffic if not service.answers(name)},
        }
        self.missing: dict[str, str] = {}
        self.service = service
        self._engine = engine
        self._traffic = traffic
        self._begun: Counting | None = None
        """The container of the next repeat."""
        self._requests: dict[str, int] = {}
        """Per connection, by scenario; decided in the first repeat."""

    def begin(self) -> None:
        """Starts the container of the next repeat."""
        if self._begun is None and self._wanted():
            try:
                self._begun = self._engine.begin_counting(self.service.name)
            except Failed as error:
                self._lose(error)

    def repeat(self, meanwhile: Callable[[], None]) -> None:
        """Another start, counted in all scenarios except those that failed before.

        `meanwhile` is called when all requests are counted and only idle time is left.
        """
        self.begin()
        one, self._begun = self._begun, None
        if one is None:
            return
        try:
            if wanted := self._wanted():
                self.about = self._await(one)
            for name in wanted:
                self._scenario(one, name, meanwhile if name == wanted[-1] else lambda: None)
        except Failed as error:
            self._lose(error)
        with suppress(Failed):
            self._engine.end_counting(one)

    def _wanted(self) -> list[str]:
        return [name for name in self._traffic if name not in self.missing | self.left_out]

    def _lose(self, error: Failed) -> None:
        self.missing |= dict.fromkeys(self._wanted(), str(error))

    def _await(self, one: Counting) -> dict[str, Any]:
        """Its own description. Raises Failed."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return probe.about(one.address, START_SECONDS)
            except probe.NotUp as error:
                self._engine.check_counting(one)
                if time.monotonic() > deadline:
                    raise Failed(f"it does not come up under callgrind: {error}") from None
            time.sleep(_PAUSE_SECONDS)

    def _scenario(self, one: Counting, name: str, meanwhile: Callable[[], None]) -> None:
        try:
            with closing(client.Endpoint(one.address)) as endpoint:
                scripts = endpoint.learn(self._traffic[name])
            with closing(Connections(one.address, scripts)) as connections:
                found = self._count(one, connections, name, meanwhile)
            if found.instructions:
                self.counted[name].append(found)
            else:
                self.missing[name] = "callgrind saw nothing of it"
        except (client.NoAnswer, client.WrongAnswer) as error:
            self._engine.check_counting(one)
            self.missing[name] = str(error)

    def _count(self, one: Counting, connections: Connections, name: str, meanwhile: Callable[[], None]) -> Repeat:
        """Raises NoAnswer, WrongAnswer, Failed."""
        lengths = [len(transaction) for transaction in self._traffic[name][0]]
        is_compiled = "JavaScript" in str((self.about or {}).get("language"))
        warm = _transactions(lengths, 0, JIT_WARMUP_REQUESTS if is_compiled else WARMUP_REQUESTS)
        connections.send(warm)
        self._engine.count(one, on=True)
        pilot = _transactions(lengths, warm.stop, PILOT_REQUESTS)
        requests = connections.send(pilot)
        before = self._read_after(SETTLE_SECONDS, one)
        if name not in self._requests:
            self._requests[name] = requests_for(sum(before.instructions.values()) / requests)
        requests = connections.send(_transactions(lengths, pilot.stop, self._requests[name]))
        after = self._read_after(SETTLE_SECONDS, one)
        meanwhile()
        idle = [self._read_after(IDLE_SECONDS, one) for _ in range(IDLE_READINGS)]
        self._engine.count(one, on=False)
        return executed(requests, before, after, idle)

    def _read_after(self, seconds: float, one: Counting) -> Reading:
        time.sleep(seconds)
        return self._engine.read(one)


def _uncountable(one: Scenario, pool: Pool) -> str | None:
    """Why nothing is counted in a scenario; None if it is."""
    if pool.websocket:
        return "messages of WebSockets are not counted"
    if one.connections:
        return f"it is about {one.connections:,} connections at once, and a count has {CONNECTIONS}"
    return None


def requests_for(instructions: float) -> int:
    """How many requests to count on each connection if one takes so many instructions.

    A power of two between the bounds, so that a slightly different pilot gives the same number.
    """
    wanted = INSTRUCTIONS / max(1.0, instructions) / CONNECTIONS
    return int(min(MOST_REQUESTS, max(FEWEST_REQUESTS, 2 ** round(math.log2(wanted)))))


def executed(requests: int, before: Reading, after: Reading, idle: Sequence[Reading]) -> Repeat:
    """Instructions of the processes that answer requests: between two readings, and while idle after them."""
    seconds = after.at - before.at
    spans = [(one.instructions, one.at - earlier.at) for earlier, one in pairwise([after, *idle])]

    def answers(process: str) -> bool:
        by_the_clock = min((each.get(process, 0) / span for each, span in spans), default=0.0) * seconds
        return after.instructions[process] > BY_THE_CLOCK * by_the_clock

    own = list(filter(answers, after.instructions))
    return Repeat(
        requests=requests,
        instructions=sum(after.instructions[process] for process in own),
        seconds=seconds,
        idle_per_second=[sum(each.get(process, 0) for process in own) / span for each, span in spans],
    )


def newest(
    members: Mapping[str, Member], engine: Mapping[str, Any] | None, results: Path = RESULTS
) -> dict[str, dict[str, Instructions]]:
    """The newest count of each service with this very image and these settings, by scenario and service."""
    images = (engine or {}).get("images", {})
    found: dict[str, dict[str, Instructions]] = {}
    for path in sorted((results / FOLDER).glob(f"20*/{FILE}"), reverse=True):
        try:
            report = msgspec.json.decode(path.read_bytes(), type=Report)
        except msgspec.ValidationError:
            continue  # of another version
        for name, one in report.services.items():
            if name in members and one.image == images.get(name) and count.is_same(one.about, members[name].about):
                for scenario, counted in one.scenarios.items():
                    figure = Instructions(counted.instructions_per_request, counted.spread)
                    found.setdefault(scenario, {}).setdefault(name, figure)
    return found


def _transactions(lengths: Sequence[int], first: int, requests: int) -> range:
    """The numbers of as many transactions, from `first` on, as make so many requests; they go on past the last."""
    stop = first
    while requests > 0:
        requests -= lengths[stop % len(lengths)]
        stop += 1
    return range(first, stop)


def _words(one: Counted) -> str:
    parts = [f"{name} {each.instructions_per_request:,.0f}" for name, each in one.scenarios.items()]
    return "; ".join([*parts, *dict.fromkeys(one.missing.values())]) or "nothing to count"


def _say(line: str) -> None:
    print(line, file=sys.stderr)
