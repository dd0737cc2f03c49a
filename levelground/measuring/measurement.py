"""One run: learns the services' answers, then drives block after block and records every slice."""

import gc
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from levelground.measuring import certificate
from levelground.measuring.plan import Plan
from levelground.measuring.target import Target
from levelground.model import histogram, record
from levelground.model.folder import Folder
from levelground.stand import catalog, host, probe
from levelground.stand.conditions import Meter
from levelground.traffic import client, rates, schedule
from levelground.traffic.rates import Rates
from levelground.traffic.scenario import digest

REFERENCE = "starlette"
SLICE_SECONDS = 0.012
LEAD_SECONDS = 0.012
"""Traffic before each slice that is checked but not measured, because services that were idle begin slowly.

Both lengths were chosen by measurement: docs/method.md.
"""
OPEN_LEAD_SECONDS = 0.025
WARMUP_SHARE = 0.15
"""Of each round, if that is longer: Node takes a second of traffic until its compiler is done."""


class NothingToMeasure(Exception):
    """None of the services answers any of the scenarios rightly; the message says for each why."""


class Measurement:
    """Runs one round of a plan and writes it into a folder; in a folder that has rounds already, the next one.

    `give_way` is called between slices, `watch` with every slice once it is on disk; `enough` may end a run of some
    precision before its time.
    `address_of` says where a service is reached: inside the stand, by its name.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Folder,
        give_way: Callable[[], None],
        watch: Callable[[record.Run, record.Slice], None],
        address_of: Callable[[catalog.Service], probe.Address] = probe.inside,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        self._plan = plan
        self._enough = enough
        self._folder = folder
        self._give_way = give_way
        self._watch = watch
        self._targets = {service.name: Target(service, address_of) for service in plan.services}
        self._transactions = {s.name: s.render(plan.seed, plan.connections) for s in plan.scenarios}
        self._saturated: dict[str, dict[str, float]] = {name: {} for name in self._transactions}
        self._past = folder.last_slice()
        self._round = 0 if self._past is None else self._past.round + 1

    def run(self) -> None:
        """Returns when the time of this round is over. Raises NothingToMeasure.

        Can be ended at any moment between two slices by an exception out of `give_way`.
        """
        members = {name: self._meet(target) for name, target in self._targets.items()}
        if self._past is None:
            self._run = self._describe(members)
        else:
            before = self._folder.read_run()
            self._run = replace(before, resumed=[*before.resumed, record.now()], ended=None)
        self._folder.write_run(self._run)
        # As the first round found them: whoever is missing in a later one keeps its place in the schedule.
        services = {
            scenario: names
            for scenario in self._transactions
            if (names := [name for name, member in self._run.services.items() if member.answers(scenario)])
        }
        if not services:
            problems = [f"{name}: {m.problem or m.wrong or m.left_out}" for name, m in members.items()]
            raise NothingToMeasure("; ".join(problems))
        self._rates = Rates(self._run, self._folder.read_slices())
        ended = "interrupted"
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            ended = self._drive(services)
        finally:
            gc.enable()
            gc.unfreeze()
            self._run = replace(self._run, ended=ended)
            self._folder.write_run(self._run)
            for target in self._targets.values():
                target.close()

    def _drive(self, services: Mapping[str, Sequence[str]]) -> str:
        """Returns why it ended: time or precision."""
        plan, now = self._plan, time.monotonic()
        spent = 0.0 if self._past is None else self._past.start_seconds + self._past.seconds
        first = 0 if self._past is None else (self._past.block // len(services) + 1) * len(services)
        # What is left, shared among the rounds that are left.
        left = None if plan.minutes is None else (60 * plan.minutes - spent) / max(1, plan.rounds - self._round)
        start = now - spent
        warmup_seconds = max(plan.warmup_seconds, WARMUP_SHARE * (left or 0.0))
        cpus = {cpu for member in self._run.services.values() for cpu in member.cpus}
        meter = Meter(cpus, lambda: {name: used.cpu_us for name, t in self._targets.items() if (used := t.read())})
        for block in schedule.blocks(plan.seed, services, first):
            if left is not None and time.monotonic() >= now + left:
                return "time"
            if self._enough():
                return "precision"
            # Warm: every service has had each scenario at least once, and the time is over.
            warmup = block.number < first + len(services) or time.monotonic() < now + warmup_seconds
            for name in block.order:
                target = self._targets[name]
                if not target.is_absent(block):
                    one = self._slice(target, block, warmup, start)
                    self._rates.add(one)
                    self._folder.append(one)
                    self._watch(self._run, one)
                self._give_way()
            gc.collect(0)  # what is new: all that is kept would take longer with every block
            self._folder.append(meter.finish(block, self._round, warmup, start))
        raise AssertionError("there is always another block")

    def _slice(self, target: Target, block: schedule.Block, warmup: bool, start: float) -> record.Slice:
        run, rate = self._run, self._rates.next(block.scenario, target.service.name)
        seconds = run.slice_seconds[block.scenario]

        def due(of_seconds: float) -> Sequence[int] | None:
            return None if rate is None else schedule.arrivals(run.seed, block, rate, of_seconds)

        lead_due, slice_due = due(run.lead_seconds), due(seconds)
        target.prepare(self._plan.connections)
        lead = target.burst(block, run.lead_seconds, lead_due)
        before = target.read()
        began, generator = time.monotonic(), time.thread_time_ns()
        burst = lead if lead.errors else target.burst(block, seconds, slice_due)
        generator = time.thread_time_ns() - generator
        after = target.read()
        target.settle(block.number, failed=burst.answers == 0)
        spent = after - before if before and after else None
        killed, restarted = target.fate(failed=bool(burst.errors))
        return record.Slice(
            block=block.number,
            scenario=block.scenario,
            service=target.service.name,
            warmup=warmup,
            start_seconds=began - start,
            seconds=burst.seconds,
            requests=burst.answers,
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
            starved=burst.starved,
            offered_per_second=rate,
            offered=len(slice_due or ()),
            unanswered=burst.unanswered,
            service_time=histogram.of(burst.service_ns),
            slip=histogram.of(burst.slips_ns),
            out_of_memory=killed,
            restarted=restarted,
        )

    def _meet(self, target: Target) -> record.Member:
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
                    continue
                if self._past is None:
                    self._saturated[name][service.name] = target.saturate(name, self._plan.connections)
        except (probe.NotUp, client.NoAnswer) as error:
            problem = str(error)
            target.scripts.clear()
        return record.Member(
            role=service.role,
            about=about,
            problem=problem,
            memory_idle_bytes=target.memory_bytes(),
            twin_of=service.twin_of,
            declared=dict(service.declared),
            left_out=left_out,
            wrong=wrong,
        )

    def _describe(self, members: Mapping[str, record.Member]) -> record.Run:
        plan = self._plan
        slowest = {name: rates.slowest(each) for name, each in self._saturated.items()}
        per_second = {name: plan.rate.per_second(rate) for name, rate in slowest.items()} if plan.load == "open" else {}
        return record.Run(
            run=self._folder.name,
            started=record.now(),
            command=" ".join(sys.argv),
            seed=plan.seed,
            load=plan.load,
            connections=plan.connections,
            slice_seconds={name: self._slice_seconds(rate, per_second.get(name)) for name, rate in slowest.items()},
            lead_seconds=plan.lead_seconds or (LEAD_SECONDS if plan.load == "closed" else OPEN_LEAD_SECONDS),
            warmup_seconds=plan.warmup_seconds,
            minutes=plan.minutes,
            rounds=plan.rounds,
            reference=REFERENCE if REFERENCE in members else plan.services[0].name,
            scenarios={name: digest(transactions) for name, transactions in self._transactions.items()},
            services=dict(members),
            host=host.describe(),
            objective=str(plan.objective) if plan.objective else None,
            precision=plan.precision,
            saturated_per_second=self._saturated,
            rates_per_second=per_second,
            calibration=certificate.newest(),
        )

    def _slice_seconds(self, slowest: float, rate: float | None) -> float:
        plan = self._plan
        if plan.slice_seconds is not None:
            return plan.slice_seconds
        if plan.load == "capacity":
            assert plan.objective is not None
            return rates.trial_seconds(plan.objective)
        return round(rates.slice_seconds(plan.load, SLICE_SECONDS, slowest, plan.connections, rate), 3)
