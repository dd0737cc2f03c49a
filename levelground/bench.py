"""`make bench`: conformance, then a run under Locust without its web UI, then the table."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from locust.env import Environment

from levelground import catalog, conformance, probe, record, scenario, summary, table
from levelground.catalog import Service
from levelground.measurement import Plan
from levelground.user import Connection, Driver

RESTART = 75
"""Exit code: a round is over, and the services are to be restarted before the next one (sysexits' EX_TEMPFAIL)."""


def run(plan: Plan, folder: record.Folder | None = None) -> int:
    """Measures one round, in a new folder or in that of an earlier round.

    The exit code: RESTART if there are rounds left; else 0 if every contender and reference has a valid cell in every
    scenario it takes part in, 1 if not.
    """
    signal.signal(signal.SIGINT, _leave)
    probe.await_all(plan.services, probe.START_SECONDS)
    if folder is None:
        plan = replace(plan, excluded=_conformance(plan.services))
        print(f"measuring for {plan.minutes:g} min: {', '.join(one.name for one in plan.scenarios)}", file=sys.stderr)
    folders = [] if folder is None else [folder]
    watch = summary.Watch(_progress(plan), earlier=[one for each in folders for one in each.read_slices()])

    def new() -> record.Folder:
        if not folders:
            folders.append(record.Folder.create())
        return folders[0]

    environment = Environment(user_classes=[Connection])
    runner = environment.create_local_runner()
    driver = Driver(environment, plan=lambda _: plan, finished=summary.judge, watch=watch, folder=new)
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
    if done < plan.rounds and not interrupted:
        print(f"round {done} of {plan.rounds} is over: restarting the services", file=sys.stderr)
        return RESTART
    judged = summary.judge(folders[0])
    print(table.render(judged))
    files = f"{record.RESULTS / judged.run}: run.json, slices.jsonl, summary.json"
    print(f"\n{files}{' (interrupted)' if interrupted else ''}")
    cells = [cell for scored in judged.scenarios.values() for cell in scored.services.values()]
    return int(interrupted or any(not cell.valid for cell in cells if cell.role != "control"))


def planned(folder: record.Folder) -> Plan:
    """The plan of a run that was begun, as its record tells it. Raises UnknownName if the stand has changed since."""
    told = folder.read_run()
    (slice_seconds,) = set(told.slice_seconds.values())
    return Plan(
        services=catalog.select(catalog.read(), list(told.services)),
        scenarios=scenario.select(scenario.read(), list(told.scenarios)),
        connections=told.connections,
        minutes=told.minutes,
        seed=told.seed,
        excluded={name: one.problem for name, one in told.services.items() if one.problem},
        slice_seconds=slice_seconds,
        lead_seconds=told.lead_seconds,
        rounds=told.rounds,
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
        print(conformance.matrix(results), file=sys.stderr)
    checks = sum(map(len, results.values()))
    print(f"conformance: {checks} checks on {len(results)} services, {len(broken)} services fail", file=sys.stderr)
    return broken


def _progress(plan: Plan) -> Callable[[record.Run, Sequence[record.Slice]], None]:
    """Prints one line: the block, the time left, how narrow the intervals are by now."""

    def look(run: record.Run, slices: Sequence[record.Slice]) -> None:
        last = slices[-1]
        widths = summary.ratio_widths(run, slices)
        print(table.progress(last.block, 60 * (plan.minutes or 0) - last.start_seconds, widths), file=sys.stderr)

    return look
