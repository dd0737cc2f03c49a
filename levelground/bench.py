"""`make bench`: conformance, then a run under Locust without its web UI, then the table."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from locust.env import Environment

from levelground import conformance, probe, record, summary, table
from levelground.catalog import Service
from levelground.measurement import Plan
from levelground.user import Connection, Driver


def run(plan: Plan) -> int:
    """The exit code: 0 if every contender and reference has a valid cell in every scenario it takes part in."""
    signal.signal(signal.SIGINT, _leave)
    plan = replace(plan, excluded=_conformance(plan.services))
    folders: list[record.Folder] = []

    def finished(folder: record.Folder) -> None:
        folders.append(folder)

    environment = Environment(user_classes=[Connection])
    runner = environment.create_local_runner()
    driver = Driver(environment, lambda _: plan, finished, summary.Watch(_progress(plan)))
    # From here on, the slice in flight is finished and what was measured is kept.
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        driver.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    print(f"measuring for {plan.minutes:g} min: {', '.join(one.name for one in plan.scenarios)}", file=sys.stderr)
    runner.start(plan.connections, spawn_rate=plan.connections)
    driver.over.wait()
    runner.quit()
    if driver.error is not None:
        print(f"levelground: {driver.error}", file=sys.stderr)
        return 1
    judged = summary.judge(folders[0])
    print(table.render(judged))
    print(f"\n{folders[0].path}: run.json, slices.jsonl, summary.json" + (" (interrupted)" if interrupted else ""))
    return int(
        bool(interrupted)
        or any(
            not cell.valid
            for scored in judged.scenarios.values()
            for cell in scored.services.values()
            if cell.role != "control"
        )
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
