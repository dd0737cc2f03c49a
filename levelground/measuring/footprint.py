"""`make footprint`: what a service takes besides its share of a core under load.

Seconds from its container's start to the first right answer, memory idle, under load and after it, CPU time while
idle, the size of its image, and how many packages are installed in it. What varies is measured in several repeats,
each with a restart of every service.
"""

import socket
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from levelground.measuring.engine import Engine, Failed, Started
from levelground.measuring.target import Counters, Target
from levelground.model import record
from levelground.model.folder import RESULTS, Folder
from levelground.model.footprint import Footprint, Report, sample
from levelground.stand import cgroup, host, image, probe
from levelground.stand.catalog import Service
from levelground.traffic import client, message, scenario
from levelground.traffic.scenario import Step, Transaction

FOLDER = "footprint"
"""In results/, with a folder for each measurement."""
SCENARIO = "hello"
CONNECTIONS = 16
SETTLE_SECONDS = 1.0
"""Between the last start and the time in which all are idle."""
IDLE_SECONDS = 3.0
BURSTS, BURST_SECONDS = 4, 0.5
"""The load on each service; its memory is read after every burst."""
REST_SECONDS = 2.0
"""Between the load and the last look at the memory."""

_COUNTED = ("memory_idle_bytes", "memory_loaded_bytes", "memory_after_bytes", "idle_cpu_percent")
"""What is read from the cgroup of its container."""
_CONNECT_SECONDS = 0.01
"""Refusals come within microseconds; silence means that the container has no network yet."""
_PAUSE_SECONDS = 0.001
_STARTS = 3
"""A service is restarted at most so often until its start can be timed."""


class Measurement:
    """Repeats that each restart all services, let all of them idle at once, and load one after the other."""

    def __init__(
        self,
        services: Sequence[Service],
        repeats: int,
        engine: Engine,
        results: Path = RESULTS,
        address_of: Callable[[Service], probe.Address] = probe.inside,
        cgroups: Path = cgroup.HOST,
    ) -> None:
        self._repeats = repeats
        self._folder: Folder | None = None
        self._started = record.now()
        self._host = host.describe(results)
        (hello,) = scenario.select(scenario.read(), [SCENARIO])
        traffic = hello.render(1, CONNECTIONS)
        self._subjects = [_Subject(Target(one, address_of, cgroups=cgroups), engine, traffic) for one in services]
        self._results = results

    def run(self) -> Report | None:
        """The report is on disk after every repeat. None: it was interrupted before anything was measured."""
        interrupted = False
        try:
            _say(f"{self._repeats} repeats: {len(self._subjects)} services are restarted, left idle, and loaded")
            for subject in self._subjects:
                subject.meet()
            began = time.monotonic()
            for number in range(self._repeats):
                self._repeat(number)
                self._write(interrupted=number + 1 < self._repeats)
                left = (time.monotonic() - began) / (number + 1) * (self._repeats - number - 1)
                _say(f"repeat {number + 1} of {self._repeats} is over, {timedelta(seconds=round(left))} left")
        except KeyboardInterrupt:
            interrupted = True
            if not any(subject.values for subject in self._subjects):
                return None
        return self._write(interrupted=interrupted)

    def _repeat(self, number: int) -> None:
        # In another order each time, so that no service always follows the same neighbour.
        order = Random(f"footprint:{number}").sample(self._subjects, len(self._subjects))
        for subject in order:
            subject.restart()
        time.sleep(SETTLE_SECONDS)
        for subject in order:
            subject.begin_idling()
        time.sleep(IDLE_SECONDS)
        for subject in order:
            subject.end_idling()
        for subject, rested in zip(order, [None, *order], strict=False):
            subject.load()
            if rested:
                rested.end_resting()
        order[-1].end_resting()

    def _write(self, *, interrupted: bool) -> Report:
        if self._folder is None:
            self._folder = Folder.create(self._results / FOLDER)
        report = Report(
            run=self._folder.name,
            started=self._started,
            command=" ".join(sys.argv),
            repeats=self._repeats,
            interrupted=interrupted,
            scenario=SCENARIO,
            connections=CONNECTIONS,
            settle_seconds=SETTLE_SECONDS,
            idle_seconds=IDLE_SECONDS,
            load_seconds=BURSTS * BURST_SECONDS,
            rest_seconds=REST_SECONDS,
            host=self._host,
            services={subject.service.name: self._footprint(subject) for subject in self._subjects},
        )
        self._folder.write_json("footprint.json", report)
        return report

    def _footprint(self, subject: "_Subject") -> Footprint:
        name, values, missing = subject.service.name, subject.values, dict(subject.missing)
        engine = self._host["engine"] or {}
        image_id = engine.get("images", {}).get(name)
        image_bytes = engine.get("image_bytes", {}).get(name)
        packages = image.packages(image_id, self._results) if image_id else None
        for key in ("start_seconds", *_COUNTED):
            if not values[key]:
                missing.setdefault(key, "ended before it was measured")
        if image_bytes is None:
            missing["image_bytes"] = "the engine did not tell it when the stand came up"
        if packages is None:
            missing["language_packages"] = missing["system_packages"] = "the image's files were not listed"
        elif packages.system is None:
            missing["system_packages"] = "not an image of Debian's packages"
        return Footprint(
            role=subject.service.role,
            about=subject.about,
            start_seconds=sample(values["start_seconds"]),
            memory_idle_bytes=sample(values["memory_idle_bytes"]),
            memory_loaded_bytes=sample(values["memory_loaded_bytes"]),
            memory_after_bytes=sample(values["memory_after_bytes"]),
            idle_cpu_percent=sample(values["idle_cpu_percent"]),
            image=image_id,
            image_bytes=image_bytes,
            language_packages=packages.language if packages else None,
            system_packages=packages.system if packages else None,
            missing=missing,
        )


class _Subject:
    """One service: what was measured of it, and what could not be."""

    def __init__(self, target: Target, engine: Engine, traffic: Sequence[Sequence[Transaction]]) -> None:
        self.service = target.service
        self.about: dict[str, Any] | None = None
        self.values: dict[str, list[float]] = defaultdict(list)
        self.missing: dict[str, str] = {}
        self._target = target
        self._engine = engine
        self._traffic = traffic
        self._address = target.address
        """Where it answered last."""
        self._up = False
        self._idle: tuple[float, Counters] | None = None
        """When it began to idle, and what its cgroup had counted by then."""
        self._loaded = 0.0

    def meet(self) -> None:
        """Waits until it is up. Talking to it now lets it be found without delay after a restart."""
        if not self.service.answers(SCENARIO):
            return self._lose(f"it does not answer the scenario {SCENARIO}")
        _, wrong = probe.await_all([self.service], probe.START_SECONDS, lambda _: self._address)
        if wrong:
            return self._lose(wrong[self.service.name])
        try:
            self.about = self._target.connect()
        except probe.NotUp as error:
            return self._lose(str(error))
        self._address = self._target.address
        self._up = True
        # The first start reads the image's files from disk; those that count find them in memory.
        self.restart()
        self.values.clear()
        if not self._target.has_cgroup:
            self.missing |= dict.fromkeys(_COUNTED, "no cgroup of its container was found")
        return None

    def restart(self) -> None:
        if not self._up:
            return
        try:
            for _ in range(_STARTS):
                self._engine.stop(self.service.name)
                self._engine.start(self.service.name)
                first = await_answer(self._engine, self._address, self._traffic[0][0][0])
                self._address = first.address
                if first.seconds is not None:
                    self.values["start_seconds"].append(first.seconds)
                    return
            self.missing["start_seconds"] = "its address or network came up later than its process"
        except Failed as error:
            self._lose(str(error))

    def begin_idling(self) -> None:
        counted = self._target.read() if self._up else None
        self._idle = (time.monotonic(), counted) if counted else None

    def end_idling(self) -> None:
        if not self._up or not self._target.has_cgroup:
            return None
        now, memory = self._target.read(), self._target.memory_bytes()
        if now is None or memory is None:
            return self._lose("its container ended while it was idle")
        if self._idle:
            began, before = self._idle
            self.values["idle_cpu_percent"].append((now - before).cpu_us / (time.monotonic() - began) / 1e4)
        self.values["memory_idle_bytes"].append(memory)
        return None

    def load(self) -> None:
        """Some bursts of the scenario on several connections."""
        if not self._up:
            return None
        memory: list[int | None] = []
        try:
            self._target.connect()
            endpoint = self._target.endpoint
            scripts = endpoint.learn(self._traffic)
            endpoint.prepare(CONNECTIONS)
            for turn in range(BURSTS):
                burst = endpoint.burst(scripts, turn, BURST_SECONDS)
                if burst.errors:
                    return self._lose(f"under load: {burst.example}")
                memory.append(self._target.memory_bytes())
        except (client.NoAnswer, client.WrongAnswer, probe.NotUp) as error:
            return self._lose(f"under load: {error}")
        finally:
            self._target.close()
        self._loaded = time.monotonic()
        if self._target.has_cgroup:
            if None in memory:
                return self._lose("its container ended under load")
            self.values["memory_loaded_bytes"].append(max(filter(None, memory), default=0))
        return None

    def end_resting(self) -> None:
        if not self._up or not self._target.has_cgroup:
            return None
        time.sleep(max(0.0, self._loaded + REST_SECONDS - time.monotonic()))
        memory = self._target.memory_bytes()
        if memory is None:
            return self._lose("its container ended after the load")
        self.values["memory_after_bytes"].append(memory)
        return None

    def _lose(self, why: str) -> None:
        """The service is left alone from here on."""
        self._up = False
        _say(f"{self.service.name}: {why}")
        self.missing = dict.fromkeys(("start_seconds", *_COUNTED), why) | self.missing


@dataclass(frozen=True)
class FirstAnswer:
    """The first right answer after a start."""

    seconds: float | None
    """Since the start; null if the container became reachable only later: that would time its network."""
    address: probe.Address


def await_answer(engine: Engine, address: probe.Address, step: Step) -> FirstAnswer:
    """Asks a service that is being started, at the address that it had before, until it answers rightly.

    Raises Failed.
    """
    deadline = time.monotonic() + probe.START_SECONDS
    started: Started | None = None
    unreachable = 0.0
    problem = "it cannot be reached"
    while time.monotonic() < deadline:
        if started is not None:
            time.sleep(_PAUSE_SECONDS)
        elif started := engine.started(_PAUSE_SECONDS):
            if started.address != address[0]:
                unreachable = time.time()
            address = started.address, address[1]
        try:
            connection = socket.create_connection(address, _CONNECT_SECONDS)
        except ConnectionRefusedError:
            problem = "it refuses connections"
            continue
        except OSError:
            unreachable = time.time()
            continue
        with connection:
            wrong = ask(connection, step, max(1.0, deadline - time.monotonic()))
        answered = time.time()
        if wrong is None:
            while started is None:
                started = engine.started(_PAUSE_SECONDS)
            # The engine reads its clock some milliseconds before or after the process begins.
            return FirstAnswer(max(0.0, answered - started.at) if unreachable < started.at else None, address)
        problem = wrong
    raise Failed(f"no right answer within {probe.START_SECONDS:g} s of a restart: {problem}")


def ask(connection: socket.socket, step: Step, seconds: float) -> str | None:
    """Sends a request and waits for its answer for so long; what is wrong with it, or None."""
    data = b""
    connection.settimeout(seconds)
    try:
        connection.sendall(step.request)
        while (response := message.parse(data)) is None:
            more = connection.recv(1 << 16)
            if not more:
                return "it closes connections without an answer"
            data += more
    except TimeoutError:
        return "it does not answer"
    except (OSError, message.Malformed) as error:
        return str(error)
    right = step.accepts(response.status, response.media_type, response.body)
    return None if right else f"it answers {response.status} {response.body[:80]!r}"


def _say(line: str) -> None:
    print(line, file=sys.stderr)
