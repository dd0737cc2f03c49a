"""One run: round by round, learns the services' answers, then drives block after block and records every slice."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from random import Random
from typing import Any

from levelground.contract import checker
from levelground.measuring import certificate, count, instrument
from levelground.measuring.ledger import Helper, Ledger, promises
from levelground.measuring.plan import Plan
from levelground.measuring.target import Target, cpus
from levelground.measuring.yardstick import Yardstick
from levelground.model import arrivals, histogram, record
from levelground.model.folder import Folder
from levelground.model.look import Patience
from levelground.stand import catalog, host, probe
from levelground.stand.conditions import Meter
from levelground.traffic import client, crew, rates, schedule
from levelground.traffic.rates import Rates
from levelground.traffic.scenario import digest

BASELINE = "starlette"
SLICE_SECONDS = 0.008
LEAD_SECONDS = 0.004
"""Traffic before each slice that is checked but not measured, because services that were idle begin slowly.

Both lengths were chosen by measurement: docs/method.md. A stanza with `x-lead-ms` has a lead-in of its own.
"""
OPEN_LEAD_SECONDS = 0.025


class NothingToMeasure(Exception):
    """None of the services answers any of the scenarios rightly; the message says for each why."""


class Measurement:
    """Measures a plan round by round and writes it into a folder; goes on with a run that the folder holds already."""

    def __init__(
        self,
        plan: Plan,
        folder: Folder,
        *,
        give_way: Callable[[], None] = lambda: None,
        after_slice: Callable[[record.Slice], None] = lambda _: None,
        after_block: Callable[[Folder], bool] = lambda _: False,
        restart: Callable[[], None] = lambda: None,
        yardstick: probe.Address | None = None,
        helpers: Mapping[str, Helper] | None = None,
        address_of: Callable[[catalog.Service], probe.Address] = probe.inside,
    ) -> None:
        """`give_way` is called between slices and may end the run by an exception.

        `after_slice` and `after_block` are called once the slice or the block is on disk; the run ends early if
        `after_block` returns true. `restart` restarts the services between two rounds and returns when they answer.
        `yardstick` is the address of known work, and `helpers` are those of the stand by their names, if there are
        any; `address_of` gives a service's address.
        """
        self._plan = plan
        self._folder = folder
        self._give_way = give_way
        self._after_slice = after_slice
        self._after_block = after_block
        self._restart = restart
        self._yardstick_at = yardstick
        self._address_of = address_of
        self._targets: dict[str, Target] = {}
        self._connections = {s.name: s.connections or plan.connections for s in plan.scenarios}
        self._transactions = {s.name: s.render(plan.seed, self._connections[s.name]) for s in plan.scenarios}
        self._windows = {s.name: self._connections[s.name] * s.period for s in plan.scenarios}
        self._ledger = Ledger(
            helpers or {}, {name: promises(pool) if helpers else {} for name, pool in self._transactions.items()}
        )
        self._told: dict[str, dict[str, Any]] = {}
        """What the helpers say of themselves."""
        self._saturated: dict[str, dict[str, float]] = {name: {} for name in self._transactions}
        self._past = folder.last_slice()
        self._patience = Patience(folder.path)
        self._round = 0

    def run(self) -> None:
        """Returns when the time is over or `after_block` has seen enough. Raises NothingToMeasure, engine.Failed.

        If another exception ends it, the record says `interrupted` and holds all that was measured.
        """
        rounds = range(self._plan.rounds)
        if self._past is not None:
            rounds = range(self._past.round + 1, max(self._plan.rounds, self._past.round + 2))
            told = self._folder.read_run()
            self._run = replace(told, resumed=[*told.resumed, record.now()], ended=None)
        self._told = self._ledger.begin()
        with closing(crew.Helpers(self._generators() - 1)) as self._helpers:
            self._measure_rounds(rounds)

    def _measure_rounds(self, rounds: range) -> None:
        ended: str | None = "interrupted"
        try:
            for self._round in rounds:
                if self._round != rounds[0]:
                    print(f"round {self._round} of {rounds[-1] + 1} is over: restarting the services", file=sys.stderr)
                    self._restart()
                if (why := self._measure_round()) is not None:
                    ended = why
                    break
            else:
                ended = "time"
        except OSError:
            ended = None
            raise
        finally:
            if hasattr(self, "_run"):
                self._run = replace(self._run, ended=ended)
                self._folder.write_run(self._run)

    def _measure_round(self) -> str | None:
        """Returns why the run is over with this round; None if it is not."""
        self._targets = {one.name: Target(one, self._address_of, self._helpers.endpoint) for one in self._plan.services}
        self._helpers.forget()
        try:
            members = {name: self._meet(target) for name, target in self._targets.items()}
            if not hasattr(self, "_run"):
                self._run = self._describe(members)
            else:
                self._run = replace(self._run, services=_met_again(self._run.services, members, self._round))
            self._folder.write_run(self._run)
            # As the first round met them: a service that is missing later keeps its place in the schedule.
            services = {
                scenario: names
                for scenario in self._transactions
                if (names := [name for name, member in self._run.services.items() if member.answers(scenario)])
            }
            if not services:
                problems = [f"{name}: {m.problem or m.wrong or m.left_out}" for name, m in members.items()]
                raise NothingToMeasure("; ".join(problems))
            with _no_garbage_collection():
                return self._drive(services)
        finally:
            for target in self._targets.values():
                target.close()

    def _drive(self, services: Mapping[str, Sequence[str]]) -> str | None:
        plan, now = self._plan, time.monotonic()
        self._rates = Rates(self._run, self._folder.read_slices())
        spent = 0.0 if self._past is None else self._past.start_seconds + self._past.seconds
        first = 0 if self._past is None else (self._past.block // len(services) + 1) * len(services)
        # The time that is left, divided among the rounds that are left.
        left = None if plan.minutes is None else (60 * plan.minutes - spent) / max(1, plan.rounds - self._round)
        start = now - spent
        service_cpus = {cpu for member in self._run.services.values() for cpu in member.cpus}
        yardstick = self._connect_yardstick()
        meter = Meter(
            service_cpus,
            lambda: self._used_us() | (yardstick.used_us() if yardstick else {}) | self._ledger.used_us(service_cpus),
            self._helpers.pids,
            lambda: self._ledger.used_us(os.sched_getaffinity(0)),
        )
        for block in schedule.blocks(plan.seed, services, first):
            if left is not None and time.monotonic() >= now + left:
                return None
            # Services are warm by now; in its first block each scenario's connections are new.
            warmup = block.number < first + len(services)
            known, when = "", Random(f"{plan.seed}:yardstick:{block.number}").randrange(len(block.order))
            for place, name in enumerate(block.order):
                if yardstick and place == when:
                    known = yardstick.work(self._run.slice_seconds[block.scenario])
                target = self._targets[name]
                if not target.is_absent(block):
                    one = self._slice(target, block, warmup, start)
                    self._rates.add(one)
                    self._folder.append(one)
                    self._past = one
                    self._after_slice(one)
                self._give_way()
            gc.collect(0)  # new objects only: a full collection would take longer with every block
            conditions = meter.finish(block.number, block.scenario, self._round, warmup, start)
            self._folder.append(replace(conditions, known_work=known))
            if self._after_block(self._folder):
                return "precision"
            self._patience.wait(conditions.seconds)
        raise AssertionError("there is always another block")

    def _generators(self) -> int:
        """How many processes send: one for each CPU of this container, but services on one CPU need no more than one.

        All services have the same CPUs. A run that is gone on with has as many as before.
        """
        if hasattr(self, "_run"):
            return self._run.generators
        own = min(len(os.sched_getaffinity(0)), self._plan.connections)
        for service in self._plan.services if own > 1 else ():
            with suppress(probe.NotUp):
                if told := cpus(probe.about(self._address_of(service))):
                    return own if len(told) > 1 else 1
        return 1

    def _used_us(self) -> dict[str, float]:
        return {name: used.cpu_us for name, target in self._targets.items() if (used := target.read())}

    def _connect_yardstick(self) -> Yardstick | None:
        if self._yardstick_at is None or self._plan.load != "closed":
            return None
        try:
            return Yardstick(probe.resolve(self._yardstick_at))
        except (OSError, probe.NotUp) as error:
            print(f"no known work in this round, so long windows are read too slow: {error}", file=sys.stderr)
            return None

    def _slice(self, target: Target, block: schedule.Block, warmup: bool, start: float) -> record.Slice:
        run, rate = self._run, self._rates.next(block.scenario, target.service.name)
        name = target.service.name
        seconds = run.service_seconds.get(block.scenario, {}).get(name, run.slice_seconds[block.scenario])
        lead_seconds = run.service_lead_seconds.get(name, run.lead_seconds)

        def due(of_seconds: float) -> Sequence[int] | None:
            return None if rate is None else schedule.arrivals(run.seed, block, rate, of_seconds)

        lead_due, slice_due = due(lead_seconds), due(seconds)
        target.prepare(block.scenario, self._connections[block.scenario])
        # Before the lead-in, since a pause after it would let the service go idle.
        self._ledger.open(block.scenario, target.address[0])
        lead = target.burst(block, lead_seconds, lead_due)
        before, helpers_before = target.read(), self._ledger.cpu_us(block.scenario)
        began = time.monotonic()
        burst = lead if lead.errors else target.burst(block, seconds, slice_due)
        after, helpers_after = target.read(), self._ledger.cpu_us(block.scenario)
        memory_bytes = target.memory_bytes()
        worth: dict[str, int] = {}
        asked: dict[str, int] = {}
        # If not, half a transaction may have been answered, and the half in which helpers are asked may be missing.
        if not any(one.errors or one.unanswered for one in (lead, burst)):
            worth, asked = self._ledger.close(block.scenario, target.address[0], lead.answers + burst.answers)
        self._part(target, block.scenario)
        target.settle(block.number, failed=burst.answers == 0)
        spent = after - before if before and after else None
        user_us, system_us = spent.user_and_system_us if spent and spent.user_and_system_us else (None, None)
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
            arrivals=arrivals.pack(burst.arrivals_ns),
            cpu_us=spent.cpu_us if spent else None,
            memory_bytes=memory_bytes,
            generator_cpu_us=burst.generator_ns / 1000.0,
            throttled=spent.throttled if spent else 0,
            example=burst.example,
            round=self._round,
            starved=burst.starved,
            offered_per_second=rate,
            offered=len(slice_due or ()),
            unanswered=burst.unanswered,
            service_time=histogram.of(burst.service_ns),
            first_byte=histogram.of(burst.first_byte_ns),
            slip=histogram.of(burst.slips_ns),
            out_of_memory=killed,
            restarted=restarted,
            cpu_user_us=user_us,
            cpu_system_us=system_us,
            helper_cpu_us={
                name: used - helpers_before[name] for name, used in helpers_after.items() if name in helpers_before
            },
            due=worth,
            asked=asked,
        )

    def _meet(self, target: Target) -> record.Member:
        """Asks a service who it is and learns its answers."""
        service = target.service
        about: dict[str, Any] | None = None
        problem: str | None = None
        left_out: dict[str, str] = {}
        wrong: dict[str, str] = {}
        memory_before: dict[str, int] = {}
        try:
            about = target.connect()
            if problem := self._plan.excluded.get(service.name):
                return record.Member(service.role, about, problem, twin_of=service.twin_of, why=service.why)
            for name, transactions in self._transactions.items():
                if not service.answers(name):
                    left_out[name] = "not part of what this service answers"
                    continue
                if reason := service.declared.get(name):  # a scenario is called as the check of its answers is
                    left_out[name] = reason
                    continue
                try:
                    target.scripts[name] = learned = target.endpoint.learn(transactions)
                    if learned.warning:
                        print(f"{service.name}, {name}: {learned.warning}", file=sys.stderr)
                except client.WrongAnswer as error:
                    wrong[name] = str(error)
                    continue
                if self._has_its_own(name) and (memory_bytes := target.memory_bytes()) is not None:
                    memory_before[name] = memory_bytes
                try:
                    rate = self._warm_up(target, name)
                except client.NoAnswer as error:
                    if not self._has_its_own(name):
                        raise
                    wrong[name] = f"with {self._connections[name]:,} connections: {error}"
                    del target.scripts[name]
                    continue
                if self._round == 0:
                    self._saturated[name][service.name] = rate
        except (probe.NotUp, client.NoAnswer) as error:
            problem = str(error)
            target.scripts.clear()
        return record.Member(
            role=service.role,
            about=about,
            problem=problem,
            memory_idle_bytes=target.memory_bytes(),
            twin_of=service.twin_of,
            why=service.why,
            declared=checker.of_contract(service),
            left_out=left_out,
            wrong=wrong,
            memory_before_bytes=memory_before,
        )

    def _has_its_own(self, scenario: str) -> bool:
        """Whether the scenario has another number of connections than the run."""
        return self._connections[scenario] != self._plan.connections

    def _warm_up(self, target: Target, scenario: str) -> float:
        try:
            return target.warm_up(scenario, self._connections[scenario], self._give_way)
        finally:
            self._part(target, scenario)

    def _part(self, target: Target, scenario: str) -> None:
        """Not in the time of whoever is next: a service needs as long to close thousands as to open them."""
        if self._connections[scenario] > self._plan.connections:
            target.part(self._plan.connections)

    def _describe(self, members: Mapping[str, record.Member]) -> record.Run:
        plan = self._plan
        slowest = {name: rates.slowest(each) for name, each in self._saturated.items()}
        about_host = host.describe()
        service_seconds = self._service_seconds()
        per_second = {name: plan.rate.per_second(rate) for name, rate in slowest.items()} if plan.load == "open" else {}
        return record.Run(
            run=self._folder.name,
            started=record.now(),
            command=" ".join(sys.argv),
            seed=plan.seed,
            load=plan.load,
            connections=plan.connections,
            slice_seconds={
                name: max(service_seconds[name].values())
                if service_seconds.get(name)
                else self._slice_seconds(name, rate, per_second.get(name))
                for name, rate in slowest.items()
            },
            service_seconds=service_seconds,
            window_answers=self._windows if plan.load == "closed" else {},
            scenario_connections={s.name: s.connections for s in plan.scenarios if s.connections},
            lead_seconds=plan.lead_seconds or (LEAD_SECONDS if plan.load == "closed" else OPEN_LEAD_SECONDS),
            service_lead_seconds={
                one.name: one.lead_seconds
                for one in plan.services
                if one.lead_seconds and plan.load == "closed" and plan.lead_seconds is None
            },
            minutes=plan.minutes,
            rounds=plan.rounds,
            generators=self._helpers.processes,
            baseline=BASELINE if BASELINE in members else plan.services[0].name,
            scenarios={name: digest(transactions) for name, transactions in self._transactions.items()},
            services=dict(members),
            host=about_host,
            objective=str(plan.objective) if plan.objective else None,
            precision=plan.precision,
            saturated_per_second=self._saturated,
            rates_per_second=per_second,
            calibration=certificate.newest(),
            websockets=[name for name, pool in self._transactions.items() if pool.websocket],
            helpers=self._told,
            instrument=instrument.version(),
            instructions=count.newest(members, about_host["engine"]),
        )

    def _service_seconds(self) -> dict[str, dict[str, float]]:
        """Closed loop: each service's slice length, which holds whole windows. Other loads have one length for all."""
        if self._plan.load != "closed" or self._plan.slice_seconds is not None:
            return {}
        return {
            scenario: {
                name: round(
                    rates.closed_seconds(SLICE_SECONDS, self._connections[scenario], self._windows[scenario], rate), 4
                )
                for name, rate in saturated.items()
            }
            for scenario, saturated in self._saturated.items()
        }

    def _slice_seconds(self, scenario: str, slowest: float, rate: float | None) -> float:
        plan = self._plan
        if plan.slice_seconds is not None:
            return plan.slice_seconds
        if plan.load == "capacity":
            assert plan.objective is not None
            return rates.trial_seconds(plan.objective)
        return round(rates.slice_seconds(plan.load, SLICE_SECONDS, slowest, self._connections[scenario], rate), 3)


def _met_again(
    before: Mapping[str, record.Member], now: Mapping[str, record.Member], round: int
) -> dict[str, record.Member]:
    """The services as the first round met them, with the wrong answers that they have given since."""
    return {
        name: replace(member, wrong_later=_in_round(round, now[name].wrong) | member.wrong_later)
        for name, member in before.items()
    }


def _in_round(round: int, wrong: Mapping[str, str]) -> dict[str, str]:
    return {scenario: f"in round {round + 1}: {why}" for scenario, why in wrong.items()}


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
