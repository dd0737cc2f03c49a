"""One run: learns the services' answers, then drives block after block and records every slice."""

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from levelground import catalog, cgroup, client, histogram, host, probe, record, schedule
from levelground.scenario import Scenario, digest

REFERENCE = "starlette"
SLICE_SECONDS = 0.012
LEAD_SECONDS = 0.012
"""Traffic before each slice that is checked but not measured, because services that were idle begin slowly.

Both lengths were chosen by measurement: docs/method.md.
"""
WARMUP_SECONDS = 3.0
_LONGEST_ABSENCE_BLOCKS = 64


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    services: tuple[catalog.Service, ...]
    scenarios: tuple[Scenario, ...]
    connections: int
    """To each service."""
    minutes: float | None
    """None: until stopped."""
    seed: int
    excluded: Mapping[str, str] = field(default_factory=dict)
    """Services that are not to be measured, and why: their cells say so."""
    slice_seconds: float = SLICE_SECONDS
    lead_seconds: float = LEAD_SECONDS
    rounds: int = 1
    """Into how many parts the time is cut, with the services restarted between them."""
    warmup_seconds: float = WARMUP_SECONDS


class NothingToMeasure(Exception):
    """None of the services answers any of the scenarios rightly; the message says for each why."""


class Measurement:
    """Runs one round of a plan and writes it into a folder; in a folder that has rounds already, the next one.

    `give_way` is called between slices, `watch` with every slice once it is on disk.
    `address_of` says where a service is reached: inside the stand, by its name.
    """

    def __init__(
        self,
        plan: Plan,
        folder: record.Folder,
        give_way: Callable[[], None],
        watch: Callable[[record.Run, record.Slice], None],
        address_of: Callable[[catalog.Service], probe.Address] = probe.inside,
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._give_way = give_way
        self._watch = watch
        self._targets = {service.name: _Target(service, address_of) for service in plan.services}
        self._transactions = {s.name: s.render(plan.seed, plan.connections) for s in plan.scenarios}
        self._past = folder.last_slice()
        self._round = 0 if self._past is None else self._past.round + 1

    def run(self) -> None:
        """Returns when the time of this round is over. Raises NothingToMeasure.

        Can be ended at any moment between two slices by an exception out of `give_way`.
        """
        members = {name: self._meet(target) for name, target in self._targets.items()}
        services = {
            scenario: [name for name, target in self._targets.items() if scenario in target.scripts]
            for scenario in self._transactions
        }
        services = {scenario: names for scenario, names in services.items() if names}
        if self._past is None:
            self._run = self._describe(members)
        else:
            before = self._folder.read_run()
            self._run = replace(before, resumed=[*before.resumed, record.now()])
        self._folder.write_run(self._run)
        if not services:
            problems = [f"{name}: {m.problem or m.wrong or m.left_out}" for name, m in members.items()]
            raise NothingToMeasure("; ".join(problems))
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            self._drive(services)
        finally:
            gc.enable()
            gc.unfreeze()
            for target in self._targets.values():
                target.close()

    def _drive(self, services: Mapping[str, Sequence[str]]) -> None:
        plan, now = self._plan, time.monotonic()
        spent = 0.0 if self._past is None else self._past.start_seconds + self._past.seconds
        first = 0 if self._past is None else (self._past.block // len(services) + 1) * len(services)
        # What is left, shared among the rounds that are left.
        left = None if plan.minutes is None else (60 * plan.minutes - spent) / max(1, plan.rounds - self._round)
        start = now - spent
        for block in schedule.blocks(plan.seed, services, first):
            if left is not None and time.monotonic() >= now + left:
                return
            # Warm: every service has had each scenario at least once, and the time is over.
            warmup = block.number < first + len(services) or time.monotonic() < now + plan.warmup_seconds
            for name in block.order:
                target = self._targets[name]
                if not target.is_absent(block.number):
                    one = self._slice(target, block, warmup, start)
                    self._folder.append(one)
                    self._watch(self._run, one)
                self._give_way()
            gc.collect()

    def _slice(self, target: "_Target", block: schedule.Block, warmup: bool, start: float) -> record.Slice:
        target.prepare(self._plan.connections)
        lead = target.burst(block, self._plan.lead_seconds)
        before = target.read()
        began, generator = time.monotonic(), time.thread_time_ns()
        burst = lead if lead.errors else target.burst(block, self._plan.slice_seconds)
        generator = time.thread_time_ns() - generator
        after = target.read()
        target.settle(block.number, failed=not burst.latencies_ns)
        spent = after - before if before and after else None
        return record.Slice(
            block=block.number,
            scenario=block.scenario,
            service=target.service.name,
            warmup=warmup,
            start_seconds=began - start,
            seconds=burst.seconds,
            requests=len(burst.latencies_ns),
            received_bytes=burst.received_bytes,
            errors=dict(burst.errors),
            reconnects=burst.reconnects,
            latency=histogram.of(burst.latencies_ns),
            cpu_us=spent.cpu_us if spent else None,
            memory_bytes=target.memory_bytes(),
            generator_cpu_us=generator / 1000.0,
            throttled=spent.throttled if spent else 0,
            example=burst.example,
            round=self._round,
        )

    def _meet(self, target: "_Target") -> record.Member:
        """Asks a service who it is and learns its answers."""
        service = target.service
        about: dict[str, Any] | None = None
        problem: str | None = None
        left_out: dict[str, str] = {}
        wrong: dict[str, str] = {}
        try:
            about = target.connect()
            if problem := self._plan.excluded.get(service.name):
                return record.Member(service.role, about, problem, twin_of=service.twin_of)
            for name, transactions in self._transactions.items():
                if not service.answers(name):
                    left_out[name] = "not part of what this service answers"
                    continue
                try:
                    target.scripts[name] = target.endpoint.learn(transactions)
                except client.WrongAnswer as error:
                    wrong[name] = str(error)
        except (probe.NotUp, client.NoAnswer) as error:
            problem = str(error)
            target.scripts.clear()
        return record.Member(
            role=service.role,
            about=about,
            problem=problem,
            memory_idle_bytes=target.memory_bytes(),
            twin_of=service.twin_of,
            left_out=left_out,
            wrong=wrong,
        )

    def _describe(self, members: Mapping[str, record.Member]) -> record.Run:
        plan = self._plan
        return record.Run(
            run=self._folder.name,
            started=record.now(),
            command=" ".join(sys.argv),
            seed=plan.seed,
            load="closed",
            connections=plan.connections,
            slice_seconds={scenario.name: plan.slice_seconds for scenario in plan.scenarios},
            lead_seconds=plan.lead_seconds,
            warmup_seconds=plan.warmup_seconds,
            minutes=plan.minutes,
            rounds=plan.rounds,
            reference=REFERENCE if REFERENCE in members else plan.services[0].name,
            scenarios={name: digest(transactions) for name, transactions in self._transactions.items()},
            services=dict(members),
            host=host.describe(),
        )


@dataclass(frozen=True)
class _Counters:
    cpu_us: float
    throttled: int

    def __sub__(self, before: "_Counters") -> "_Counters":
        return _Counters(self.cpu_us - before.cpu_us, self.throttled - before.throttled)


class _Target:
    """One service in a run: its connections, its learned answers, its cgroup, and whether it is away."""

    def __init__(self, service: catalog.Service, address_of: Callable[[catalog.Service], probe.Address]) -> None:
        self.service = service
        self.scripts: dict[str, tuple[client.Script, ...]] = {}
        self.endpoint: client.Endpoint
        self._address_of = address_of
        self._group: cgroup.Group | None = None
        self._refusal: client.NoAnswer | None = None
        self._failures = 0
        self._back_at_block = 0

    def connect(self) -> dict[str, Any]:
        """Finds the service and its cgroup, as at the beginning so after it was away. Raises NotUp."""
        about = probe.about(self._address_of(self.service))
        try:
            self._group = cgroup.find(str(about.get("container")))
        except cgroup.NotFound:
            self._group = None
        self.close()
        self.endpoint = client.Endpoint(probe.resolve(self._address_of(self.service)))
        return about

    def prepare(self, connections: int) -> None:
        """Opens the connections, outside the measured time; a refusal is kept for `burst` to report."""
        self._refusal = None
        try:
            if self._failures:
                self.connect()
            self.endpoint.prepare(connections)
        except probe.NotUp as error:
            self._refusal = client.NoAnswer("refused", str(error))
        except client.NoAnswer as error:
            self._refusal = error

    def burst(self, block: schedule.Block, seconds: float) -> client.Burst:
        if self._refusal is not None:
            return client.Burst(errors=Counter({self._refusal.kind: 1}), example=str(self._refusal))
        return self.endpoint.burst(self.scripts[block.scenario], block.turn, seconds)

    def read(self) -> _Counters | None:
        """What its cgroup counts now; None if it cannot be read."""
        with suppress(OSError, ValueError):
            return _Counters(self._group.cpu_us(), self._group.throttled()) if self._group else None
        return None

    def memory_bytes(self) -> int | None:
        """Its memory in use now; None if it cannot be read."""
        with suppress(OSError, ValueError):
            return self._group.memory_bytes() if self._group else None
        return None

    def settle(self, block: int, *, failed: bool) -> None:
        """After a slice without any right answer, stays away from the service for longer and longer."""
        self._failures = self._failures + 1 if failed else 0
        if failed:
            self._back_at_block = block + min(2**self._failures, _LONGEST_ABSENCE_BLOCKS)

    def is_absent(self, block: int) -> bool:
        return block < self._back_at_block

    def close(self) -> None:
        if hasattr(self, "endpoint"):
            self.endpoint.close()
