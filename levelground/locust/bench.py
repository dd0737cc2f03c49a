"""`make bench`: conformance, then a run under Locust without its web UI, then the table."""

import os
import signal
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace

from locust.env import Environment

from levelground.contract import checker
from levelground.judging import summary
from levelground.judging.live import Live
from levelground.judging.summary import Summary
from levelground.locust.driver import Connection, Driver, Watch
from levelground.measuring import ledger, yardstick
from levelground.measuring.engine import Failed, Pipe
from levelground.measuring.measurement import Measurement
from levelground.measuring.plan import Changed, Plan, changes
from levelground.model.folder import RESULTS, Folder
from levelground.showing import portmap, table
from levelground.stand import helpers, host, probe
from levelground.stand.catalog import Service


def run(plan: Plan, engine: Pipe) -> int:
    """Checks the contract, measures, prints the table.

    The exit code: 0 if every contender and reference has a valid cell in every scenario it takes part in, else 1.
    Raises Failed if a helper is away that a scenario needs.
    """
    signal.signal(signal.SIGINT, _leave)
    probe.await_all(plan.services, probe.START_SECONDS)
    plan = replace(plan, excluded=_conformance(plan.services, _await_helpers(plan)))
    _restart(plan.services, engine)
    print(f"measuring for {plan.minutes:g} min: {', '.join(one.name for one in plan.scenarios)}", file=sys.stderr)
    print(f"watch it at {portmap.web_ui(os.environ)}/compare", file=sys.stderr)
    return _measure(plan, engine, Folder.create())


def resume(folder: Folder, engine: Pipe) -> int:
    """Goes on with a run that was broken off, in its next round; the exit code is that of `run`.

    Raises Changed, and Failed as `run` does.
    """
    signal.signal(signal.SIGINT, _leave)
    told = folder.read_run()
    plan = Plan.of(told)
    now, _ = probe.await_all(plan.services, probe.START_SECONDS)
    _await_helpers(plan)
    if differences := changes(told, now, host.describe()["engine"]):
        raise Changed(f"the stand has changed since run {told.run} was begun: {'; '.join(differences)}")
    _restart(plan.services, engine)
    return _measure(plan, engine, folder)


def _measure(plan: Plan, engine: Pipe, folder: Folder) -> int:
    environment = Environment(user_classes=[Connection])
    runner = environment.create_local_runner()
    progress = _Progress(plan)

    def measure(_: int) -> None:
        Measurement(
            plan,
            folder,
            give_way=driver.give_way,
            after_slice=driver.feed,
            after_block=Watch(progress),
            yardstick=yardstick.ADDRESS,
            helpers=ledger.of_the_stand(),
            restart=lambda: _restart(plan.services, engine),
        ).run()

    driver = Driver(environment, measure)
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
    if folder.last_slice() is None:
        if interrupted:
            print("levelground: interrupted before anything was measured", file=sys.stderr)
        return 1
    judged = summary.judge(folder)
    print(table.render(judged))
    print(f"\n{RESULTS / judged.run}: run.json, slices.jsonl, blocks.jsonl, summary.json; {_end(plan, judged)}")
    cells = [cell for scored in judged.scenarios.values() for cell in scored.services.values()]
    invalid = any(not cell.valid for cell in cells if cell.role != "control")
    return int(interrupted or driver.error is not None or invalid)


def _restart(services: Sequence[Service], engine: Pipe) -> None:
    """Also before the first round: a Node process that was checked answers a quarter slower for as long as it lives."""
    engine.restart([one.name for one in services])
    probe.await_all(services, probe.START_SECONDS)


def _leave(*_: object) -> None:
    print("levelground: interrupted before anything was measured", file=sys.stderr)
    # Nothing to keep yet, and conformance's threads would finish their checks first.
    os._exit(1)


def _await_helpers(plan: Plan) -> Collection[str]:
    """Those helpers that are away and that no scenario needs; says so. Raises Failed if one does."""
    away = helpers.await_all(probe.START_SECONDS)
    for name, why in away.items():
        told = f"the helper {name} does not answer: {why} (docker compose logs {name})"
        if needing := [one.name for one in plan.scenarios if name in one.helpers]:
            raise Failed(f"{told}; without it there is no {', '.join(needing)}")
        print(f"{told}; no scenario of this run needs it", file=sys.stderr)
    return away


def _conformance(services: Sequence[Service], away: Collection[str]) -> dict[str, str]:
    """Which services break the contract, and in what; says so on the way."""
    results = checker.check_all(services, probe.inside, checker.without(away))
    broken = {
        name: "breaks the contract: " + ", ".join(check for check, wrong in verdicts.items() if wrong)
        for name, verdicts in results.items()
        if any(verdicts.values())
    }
    if broken:
        print(checker.matrix(results, services), file=sys.stderr)
    checks = sum(map(len, results.values()))
    print(f"conformance: {checks} checks on {len(results)} services, {len(broken)} services fail", file=sys.stderr)
    return broken


def _end(plan: Plan, judged: Summary) -> str:
    """Why the run ended, in words."""
    match judged.context["ended"]:
        case "precision" if plan.precision is not None:
            return f"ended when every ratio was within ±{100 * plan.precision:g} %"
        case "time" if plan.precision is not None:
            return f"ended after {plan.minutes:g} min, before every ratio was within ±{100 * plan.precision:g} %"
        case "time":
            return f"ended after {plan.minutes:g} min"
        case None:
            return "broken off; go on with it by RESUME="
    return "interrupted"


class _Progress:
    """Prints one line now and then: the block, the time left, how narrow the intervals are by now."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._live: Live | None = None

    def __call__(self, folder: Folder) -> bool:
        """Whether every ratio is as precise as was asked for: in more than one round, if there are to be any."""
        self._live = live = self._live or Live(folder)
        told = live.read()
        last, widths = live.blocks[-1], {name: summary.widest(live.table(told, name)) for name in told.scenarios}
        left = 60 * (self._plan.minutes or 0) - last.start_seconds - last.seconds
        print(table.progress(last.block, left, widths), file=sys.stderr)
        wanted = self._plan.precision
        if wanted is None or last.round < min(1, self._plan.rounds - 1) or max(widths.values()) > wanted:
            return False
        exact = summary.of(told, *folder.read_all()).scenarios.values()
        return max(map(summary.widest, exact)) <= wanted
