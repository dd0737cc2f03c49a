"""The commands behind the Makefile: `python -m levelground COMMAND NAME=value …`.

Exit codes: 0 done, 1 a measurement or check failed, 2 wrong use (the message names what would be right).
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from levelground import options
from levelground.measuring import lock
from levelground.measuring.engine import Failed, Pipe
from levelground.measuring.plan import Changed
from levelground.model import folder, record
from levelground.model.folder import RESULTS, Folder
from levelground.options import (
    Bench,
    Calibrate,
    Compare,
    Conformance,
    Count,
    Footprint,
    Hostile,
    Judge,
    Observe,
    Report,
    Runs,
    Survey,
    Up,
)
from levelground.stand import catalog

WEB_UI = ("locust", 8089)
PROMETHEUS = ("prometheus", 9090)
"""As seen from within the stand."""


def main(arguments: Sequence[str] = sys.argv[1:]) -> int:
    """Runs a command; the exit code."""
    if not arguments or arguments[0] not in options.COMMANDS:
        return _complain(f"commands: {', '.join(options.COMMANDS)}", 2)
    verb = arguments[0]
    try:
        return VERBS[verb](options.parse(options.COMMANDS[verb], arguments[1:]))
    except (options.Wrong, catalog.UnknownName, Changed) as error:
        return _complain(error, 2)
    except (record.TooNew, lock.Busy, Failed) as error:
        return _complain(error, 1)


@contextmanager
def _stand(verb: str) -> Iterator[Pipe]:
    """The stand, up, and nobody else's until the end; raises Busy before anything of it was touched."""
    with lock.alone(f"make {verb}"):
        engine = Pipe()
        engine.up()
        yield engine


def up(given: Up) -> int:
    """Waits until every service and every helper answers, and prints the port map with versions."""
    from levelground.showing import portmap
    from levelground.stand import helpers, probe

    with _stand("up"):
        answers, wrong = probe.await_all(given.services, probe.START_SECONDS)
        page = probe.await_page(WEB_UI, probe.START_SECONDS)
        away = helpers.await_all(probe.START_SECONDS)
    print(portmap.render(given.services, answers, wrong, os.environ, catalog.helpers(), away))
    if not page:
        _complain("Locust's web UI does not answer (docker compose logs locust)", 1)
    return 1 if wrong or away or not page else 0


def bench(given: Bench) -> int:
    """Checks the contract, measures, prints the table, writes the run."""
    from levelground.locust import bench
    from levelground.measuring.plan import Plan

    if given.resume is not None:
        # What cannot be gone on with is refused before anything is started.
        Plan.of(given.resume.read_run())
    with _stand("bench") as engine:
        return bench.resume(given.resume, engine) if given.resume else bench.run(given.plan(), engine)


def conformance(given: Conformance) -> int:
    """Checks the contract on every service and prints the matrix."""
    from levelground.contract import checker
    from levelground.stand import helpers, probe

    with _stand("conformance"):
        probe.await_all(given.services, probe.START_SECONDS)
        helpers.await_all(probe.START_SECONDS)
        return checker.run(given.services, probe.inside)


def survey(given: Survey) -> int:
    """Checks every claim of the survey, and writes its record and its page."""
    from levelground.model.survey import broken
    from levelground.showing import survey as shown
    from levelground.survey import inquiry

    with _stand("survey"):
        folder = inquiry.write(inquiry.survey(given.services))
    record = shown.read(folder.path / inquiry.FILE)
    page = folder.path / shown.PAGE.name
    page.write_text(shown.page(record))
    print(f"{shown.summary(record)}\n\n{page} (record: {folder.path / inquiry.FILE})")
    return int(bool(broken(record.claims)))


def hostile(given: Hostile) -> int:
    """Bad input and outages of the database, against every service; prints the matrix."""
    from levelground.contract import hostility
    from levelground.stand import probe

    with _stand("hostile") as engine:
        probe.await_all(given.services, probe.START_SECONDS)
        return hostility.run(given.services, probe.inside, engine)


def judge(given: Judge) -> int:
    """Judges a run again from its files and prints its table."""
    from levelground.judging import summary
    from levelground.showing import table

    print(table.render(summary.judge(given.run)))
    return 0


def report(given: Report) -> int:
    """Writes a run as a page, as Markdown and as CSV, and the front page of all runs."""
    from levelground.showing import material, report

    try:
        found = material.read(given.run)
    except material.UNREADABLE as error:
        _write_index()
        return _complain(f"run {given.run.name} cannot be shown: {error}", 1)
    path = report.write(given.run, found)
    index = _write_index()
    told = report.answers(found.summary)
    for problem in found.problems:
        _complain(problem, 0)
    print(f"{told[0].scenario}: {told[0].sentence}" if told else "No scenario of this run could be judged.")
    print(f"{RESULTS / given.run.name / path.name} (all runs: {RESULTS / index.name})")
    return 0


def runs(given: Runs) -> int:
    """Lists what was measured so far."""
    from levelground.showing import runs

    entries = runs.read(RESULTS, [one.name for one in catalog.read()])
    print(runs.render(entries, RESULTS))
    if entries:
        _write_index()
    return 0


def _write_index() -> Path:
    from levelground.showing import runs

    return runs.write(RESULTS, runs.read(RESULTS, [one.name for one in catalog.read()]))


def compare(given: Compare) -> int:
    """What changed from one run to another, in the terminal and as a page."""
    from levelground.judging.comparison import NotComparable, newest_before
    from levelground.showing import changed, comparison, sidebyside

    def read(run: Folder) -> comparison.Side:
        print(f"judging {run.name} from its records", file=sys.stderr)
        return comparison.side(run)

    after = read(given.b)
    earlier = given.a
    if earlier is None:
        if after.material is None:
            return _complain(after.problem, 1)
        try:
            earlier = Folder.of(newest_before(after.material.run, folder.runs(RESULTS)), RESULTS)
        except NotComparable as error:
            return _complain(f"these runs cannot be compared: {error}", 2)
    before = read(earlier)
    named = [one.name for one in given.services] if given.services is not None else None
    compared = comparison.of(before, after, named, given.fail_above)
    path = sidebyside.write(RESULTS, compared)
    _write_index()
    if compared.refusal:
        print(path)
        unreadable = not (before.summary and after.summary)
        return _complain(f"these runs cannot be compared: {'; '.join(compared.refusal)}", 1 if unreadable else 2)
    print(comparison.render(compared))
    for one in changed.warnings(compared):
        print(f"\n{one}")
    print(f"\n{path} (and .md for a pull request)")
    if not compared.changes:
        return _complain("none of these services has a valid cell in both runs", 1)
    failed = bool(compared.worse or compared.lost)
    for verdict in changed.verdicts(compared) if failed else ():
        _complain(verdict, 1)
    return int(failed)


def footprint(given: Footprint) -> int:
    """What every service takes: time to start, memory, CPU while idle, image, packages."""
    from levelground.measuring import footprint
    from levelground.showing import footprint as table

    with _stand("footprint") as engine:
        report = footprint.Measurement(given.services, given.repeats, engine).run()
    if report is None:
        return _complain("interrupted before anything was measured", 1)
    print(table.render(report))
    print(
        f"\n{RESULTS / footprint.FOLDER / report.run}: footprint.json{' (interrupted)' if report.interrupted else ''}"
    )
    return int(report.interrupted or any(one.missing for one in report.services.values()))


def count(given: Count) -> int:
    """Instructions per request of every service, under callgrind."""
    from levelground.measuring import count
    from levelground.showing import count as table
    from levelground.stand import helpers, probe

    with _stand("count") as engine:
        if any(one.helpers for one in given.scenarios):
            helpers.await_all(probe.START_SECONDS)
        report = count.Measurement(given.services, given.scenarios, engine).run()
    if report is None:
        return _complain("interrupted before anything was counted", 1)
    print(table.render(report))
    print(f"\n{RESULTS / count.FOLDER / report.run}: {count.FILE}{' (interrupted)' if report.interrupted else ''}")
    return int(report.interrupted or any(one.missing for one in report.services.values()))


def calibrate(given: Calibrate) -> int:
    """The instrument against known truths."""
    from levelground.calibration import parts

    with _stand("calibrate") as engine:
        engine.add(parts.CONTAINERS)
        try:
            return parts.run(given.parts, given.minutes)
        finally:
            engine.remove(parts.CONTAINERS)


def observe(given: Observe) -> int:
    """Prometheus and Grafana beside the stand; prints where they are, and what is missing."""
    from levelground.showing import portmap
    from levelground.stand import probe

    with _stand("observe") as engine:
        addresses = engine.observe()
        answers = {at[0]: probe.await_page(at, probe.START_SECONDS) for at in (WEB_UI, PROMETHEUS)}
    print(portmap.observers(addresses))
    silent = [name for name, answered in answers.items() if not answered]
    for name in silent:
        _complain(f"{name} does not answer (docker logs levelground-{name}-1)", 1)
    return int(bool(silent))


VERBS: dict[str, Callable[[Any], int]] = {
    "up": up,
    "bench": bench,
    "conformance": conformance,
    "survey": survey,
    "hostile": hostile,
    "judge": judge,
    "report": report,
    "runs": runs,
    "compare": compare,
    "footprint": footprint,
    "count": count,
    "calibrate": calibrate,
    "observe": observe,
}


def _complain(message: object, code: int) -> int:
    print(f"levelground: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
