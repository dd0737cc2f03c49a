"""`make bench`: conformance, then a run under Locust without its web UI, then the table."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace

import msgspec
from locust.env import Environment

from levelground import conformance
from levelground.judging import summary
from levelground.locust.driver import Connection, Driver
from levelground.measuring import lock
from levelground.measuring.plan import Plan
from levelground.model import record
from levelground.model.folder import RESULTS, Folder
from levelground.model.objective import Objective
from levelground.showing import table
from levelground.stand import catalog, probe
from levelground.stand.catalog import Service
from levelground.traffic import scenario

RESTART = 75
"""Exit code: what is next needs the services that results/.restart lists freshly started (sysexits' EX_TEMPFAIL)."""
_BROKEN = RESULTS / ".conformance.json"
"""What the check before a run found, for the run: services that break the contract, and in what."""


def check(services: Sequence[Service]) -> int:
    """Checks the contract before a run; the exit code is RESTART, or 1 if another measurement is under way.

    The services are restarted after it, so that none remembers the checks: Node answers a quarter slower for as long as
    it runs when its first requests were odd ones.
    """
    signal.signal(signal.SIGINT, _leave)
    try:
        with lock.alone():
            probe.await_all(services, probe.START_SECONDS)
            _BROKEN.write_bytes(msgspec.json.encode(_conformance(services)))
            return _restart(services)
    except lock.Busy as error:
        print(f"levelground: {error}", file=sys.stderr)
        return 1


def run(plan: Plan, folder: Folder | None = None) -> int:
    """Measures one round, in a new folder after a `check`, or in that of an earlier round.

    The exit code: RESTART if there are rounds left; else 0 if every contender and reference has a valid cell in every
    scenario it takes part in, 1 if not.
    """
    signal.signal(signal.SIGINT, _leave)
    probe.await_all(plan.services, probe.START_SECONDS)
    if folder is None:
        plan = replace(plan, excluded=msgspec.json.decode(_BROKEN.read_bytes(), type=dict[str, str]))
        print(f"measuring for {plan.minutes:g} min: {', '.join(one.name for one in plan.scenarios)}", file=sys.stderr)
    folders = [] if folder is None else [folder]
    progress = _Progress(plan)
    watch = summary.Watch(progress, earlier=[one for each in folders for one in each.read_slices()])

    def new() -> Folder:
        if not folders:
            folders.append(Folder.create())
        return folders[0]

    environment = Environment(user_classes=[Connection])
    runner = environment.create_local_runner()
    driver = Driver(
        environment,
        plan=lambda _: plan,
        finished=summary.judge,
        watch=watch,
        folder=new,
        enough=lambda: progress.enough,
    )
    # From here on, the slice in flight is finished and what was measured is kept.
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        driver.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    runner.start(plan.connections, spawn_rate=plan.connections)
    driver.over.wait()
    runner.quit()
    if driver.error is not None:
        print(f"levelground: {driver.error}", file=sys.stderr)
        return 1
    done = 1 + len(folders[0].read_run().resumed)
    if done < plan.rounds and not interrupted and not progress.enough:
        print(f"round {done} of {plan.rounds} is over: restarting the services", file=sys.stderr)
        return _restart(plan.services)
    judged = summary.judge(folders[0])
    print(table.render(judged))
    print(f"\n{RESULTS / judged.run}: run.json, slices.jsonl, blocks.jsonl, summary.json; {_end(plan, folders[0])}")
    cells = [cell for scored in judged.scenarios.values() for cell in scored.services.values()]
    return int(interrupted or any(not cell.valid for cell in cells if cell.role != "control"))


def _restart(services: Sequence[Service]) -> int:
    (RESULTS / ".restart").write_text("".join(f"{one.name}\n" for one in services))
    return RESTART


def planned(folder: Folder) -> Plan:
    """The plan of a run that was begun, as its record tells it. Raises UnknownName if the stand has changed since."""
    told = folder.read_run()
    return Plan(
        services=catalog.select(catalog.read(), list(told.services)),
        scenarios=scenario.select(scenario.read(), list(told.scenarios)),
        connections=told.connections,
        minutes=told.minutes,
        seed=told.seed,
        excluded={name: one.problem for name, one in told.services.items() if one.problem},
        rounds=told.rounds,
        load=told.load,
        objective=Objective.parse(told.objective) if told.objective else None,
        precision=told.precision,
    )


def _leave(*_: object) -> None:
    print("levelground: interrupted before anything was measured", file=sys.stderr)
    # Nothing to keep yet, and conformance's threads would finish their checks first.
    os._exit(1)


def _conformance(services: Sequence[Service]) -> dict[str, str]:
    """Which services break the contract, and in what; says so on the way."""
    results = conformance.check_all(services, probe.inside)
    broken = {
        name: "breaks the contract: " + ", ".join(check for check, wrong in verdicts.items() if wrong)
        for name, verdicts in results.items()
        if any(verdicts.values())
    }
    if broken:
        print(conformance.matrix(results, services), file=sys.stderr)
    checks = sum(map(len, results.values()))
    print(f"conformance: {checks} checks on {len(results)} services, {len(broken)} services fail", file=sys.stderr)
    return broken


def _end(plan: Plan, folder: Folder) -> str:
    """Why the run ended, in words."""
    ended = folder.read_run().ended
    if ended == "time" and plan.precision is not None:
        return f"ended after {plan.minutes:g} min, before every ratio was within ±{100 * plan.precision:g} %"
    if ended == "precision" and plan.precision is not None:
        return f"ended when every ratio was within ±{100 * plan.precision:g} %"
    return "interrupted" if ended == "interrupted" else f"ended after {plan.minutes:g} min"


class _Progress:
    """Prints one line now and then: the block, the time left, how narrow the intervals are by now."""

    def __init__(self, plan: Plan) -> None:
        self.enough = False
        """Whether every ratio is as precise as was asked for, in more than one round if there are to be any."""
        self._plan = plan

    def __call__(self, run: record.Run, slices: Sequence[record.Slice]) -> None:
        last, widths = slices[-1], summary.ratio_widths(run, slices)
        left = 60 * (self._plan.minutes or 0) - last.start_seconds
        print(table.progress(last.block, left, widths), file=sys.stderr)
        if self._plan.precision is not None and last.round >= min(1, self._plan.rounds - 1):
            self.enough = max(widths.values()) <= self._plan.precision
