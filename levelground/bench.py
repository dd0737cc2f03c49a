"""`make bench`: conformance, then a run under Locust without its web UI, then the table."""

import signal
import sys
import time
from collections.abc import Sequence

from locust.env import Environment

from levelground import conformance, measurement, probe, record, summary, table
from levelground.catalog import Service
from levelground.scenario import Scenario
from levelground.user import Connection, Driver

PROGRESS_SECONDS = 10.0


def run(services: Sequence[Service], scenarios: Sequence[Scenario], minutes: float, connections: int, seed: int) -> int:
    """The exit code: 0 if every contender and reference has a valid cell in every scenario it takes part in."""
    plan = measurement.Plan(
        services=tuple(services),
        scenarios=tuple(scenarios),
        connections=connections,
        minutes=minutes,
        seed=seed,
        excluded=_conformance(services),
    )
    folders: list[record.Folder] = []
    environment = Environment(user_classes=[Connection])
    runner = environment.create_local_runner()
    driver = Driver(environment, lambda _: plan, folders.append, _Progress(minutes))
    # From here on, the slice in flight is finished and what was measured is kept.
    interrupted: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: (interrupted.append(received), driver.stop()))
    print(f"measuring for {minutes:g} min: {', '.join(s.name for s in scenarios)}", file=sys.stderr)
    runner.start(connections, spawn_rate=connections)
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


class _Progress:
    """Prints a line now and then, between blocks."""

    def __init__(self, minutes: float) -> None:
        self._seconds = minutes * 60
        self._slices: list[record.Slice] = []
        self._next = PROGRESS_SECONDS

    def __call__(self, run: record.Run, one: record.Slice) -> None:
        if self._slices and one.block != self._slices[-1].block and one.start_seconds > self._next:
            started = time.monotonic()
            widths = summary.ratio_widths(run, self._slices)
            print(table.progress(one.block, self._seconds - one.start_seconds, widths), file=sys.stderr)
            # Never more than a fiftieth of the time for looking at it.
            self._next = one.start_seconds + max(PROGRESS_SECONDS, 50 * (time.monotonic() - started))
        self._slices.append(one)
