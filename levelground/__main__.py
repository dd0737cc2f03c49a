"""The commands behind the Makefile: `python -m levelground COMMAND NAME=value …`.

Exit codes: 0 done, 1 a measurement or check failed, 2 wrong use (the message names what would be right).
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from levelground.model import record
from levelground.model.folder import RESULTS, Folder
from levelground.stand import catalog

STAND_KNOBS = frozenset(re.findall(r"^(\w+)=", (Path(__file__).parent.parent / ".env").read_text(), re.MULTILINE))
"""The names in .env: they shape the stand, not a command, and are no mistake on any command line."""

WEB_UI = ("127.0.0.1", 8089)
"""Locust's, as seen from its own container, where `up` runs."""

Options = Mapping[str, str]


def main(arguments: Sequence[str] = sys.argv[1:]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        _wrong_use(f"commands: {', '.join(COMMANDS)}")
    command, names = COMMANDS[arguments[0]]
    try:
        return command(_options(arguments[1:], names))
    except catalog.UnknownName as error:
        _wrong_use(str(error))
    except record.TooNew as error:
        print(f"levelground: {error}", file=sys.stderr)
        return 1


def up(options: Options) -> int:
    """Waits until every service answers, and prints the port map with versions."""
    from levelground.showing import portmap
    from levelground.stand import probe

    services = catalog.select(catalog.read(), _words(options, "SERVICES"))
    answers, wrong = probe.await_all(services, probe.START_SECONDS)
    page = probe.await_page(WEB_UI, probe.START_SECONDS)
    print(portmap.render(services, answers, wrong, os.environ))
    if not page:
        print("levelground: Locust's web UI does not answer (docker compose logs locust)", file=sys.stderr)
    return 1 if wrong or not page else 0


def conformance(options: Options) -> int:
    """Checks the contract on every service and prints the matrix."""
    from levelground import conformance
    from levelground.stand import probe

    services = catalog.select(catalog.read(), _words(options, "SERVICES"))
    return conformance.run(services, probe.inside)


def bench(options: Options) -> int:
    """Checks the contract; then, with CHECKED=yes, measures, prints the table, writes the run."""
    from levelground.locust import bench
    from levelground.measuring.plan import Plan
    from levelground.model.objective import Objective
    from levelground.traffic import rates, scenario

    if "RESUME" in options:
        if set(options) - STAND_KNOBS != {"RESUME"}:
            _wrong_use("RESUME= takes no other options: the run's own hold")
        folder = _run_folder(options, "RESUME")
        return bench.run(bench.planned(folder), folder)
    kind = options.get("LOAD", rates.LOADS[0])
    if kind not in rates.LOADS:
        raise catalog.UnknownName("load", [kind], rates.LOADS)
    for name, wanted in (("RATE", "open"), ("OBJECTIVE", "capacity")):
        if name in options and kind != wanted:
            _wrong_use(f"{name}= is for LOAD={wanted}")
    plan = Plan(
        services=catalog.select(catalog.read(), _words(options, "SERVICES")),
        scenarios=scenario.select(scenario.read(), _words(options, "SCENARIOS")),
        connections=int(_number(options, "CONNECTIONS", 16, whole=True)),
        minutes=_number(options, "MINUTES", 4.0),
        rounds=int(_number(options, "ROUNDS", 3, whole=True)),
        seed=int(_number(options, "SEED", 1, whole=True)),
        slice_seconds=_number(options, "SLICE", 0) / 1000 or None,
        lead_seconds=_number(options, "LEAD", 0) / 1000 or None,
        load=kind,
        rate=_parsed(rates.Rate.parse, options, "RATE") or rates.HALF,
        objective=_parsed(Objective.parse, options, "OBJECTIVE")
        or (Objective.parse("p99<50ms") if kind == "capacity" else None),
        precision=_share(options, "PRECISION"),
    )
    if "CHECKED" not in options:
        return bench.check(plan.services)
    return bench.run(plan)


def judge(options: Options) -> int:
    """Judges a run again from its files and prints its table."""
    from levelground.judging import summary
    from levelground.showing import table

    print(table.render(summary.judge(_run_folder(options, "RUN"))))
    return 0


def footprint(options: Options) -> int:
    """What every service takes: time to start, memory, CPU while idle, image, packages. engine/stand restarts them."""
    from levelground.measuring import footprint

    services = catalog.select(catalog.read(), _words(options, "SERVICES"))
    return footprint.run(services, int(_number(options, "REPEATS", 5, whole=True)), footprint.Pipe())


def calibrate(options: Options) -> int:
    """The instrument against known truths."""
    from levelground.calibration import parts as calibration

    parts = _words(options, "PARTS") or list(calibration.PARTS)
    if wrong := [part for part in parts if part not in calibration.PARTS]:
        raise catalog.UnknownName("part", wrong, list(calibration.PARTS))
    return calibration.run(parts, _number(options, "MINUTES", 10.0))


COMMANDS: dict[str, tuple[Callable[[Options], int], tuple[str, ...]]] = {
    "up": (up, ("SERVICES",)),
    "conformance": (conformance, ("SERVICES",)),
    "bench": (
        bench,
        (
            *("SERVICES", "SCENARIOS", "MINUTES", "ROUNDS", "CONNECTIONS", "SEED", "SLICE", "LEAD"),
            *("LOAD", "RATE", "OBJECTIVE", "PRECISION", "RESUME", "CHECKED"),
        ),
    ),
    "judge": (judge, ("RUN",)),
    "footprint": (footprint, ("SERVICES", "REPEATS")),
    "calibrate": (calibrate, ("PARTS", "MINUTES")),
}


def _run_folder(options: Options, name: str) -> Folder:
    folder = Folder(RESULTS / options.get(name, "latest"))
    if not (folder.path / "run.json").exists():
        runs = sorted(path.parent.name for path in RESULTS.glob("*/run.json") if not path.parent.is_symlink())
        _wrong_use(f"{name}: no run {folder.path} (there are: {', '.join(runs) or 'none'})")
    return folder


def _options(arguments: Sequence[str], names: Sequence[str]) -> Options:
    options: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or name not in {*names, *STAND_KNOBS}:
            knobs = ", ".join(sorted(STAND_KNOBS))
            _wrong_use(f"unknown option {name} (there are: {', '.join(names)}; and the knobs in .env: {knobs})")
        options[name] = value
    return options


def _words(options: Options, name: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", options.get(name, "")) if word]


def _parsed[Value](parse: Callable[[str], Value], options: Options, name: str) -> Value | None:
    try:
        return parse(options[name]) if name in options else None
    except ValueError as error:
        _wrong_use(f"{name}: {error}")


def _share(options: Options, name: str) -> float | None:
    """A percentage such as 1% or 0.5% as a share; None if it was not given."""
    if name not in options:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", options[name])
    if match is None or float(match[1]) == 0:
        _wrong_use(f"{name}={options[name]}: it takes a percentage above 0, such as 1%")
    return float(match[1]) / 100


def _number(options: Options, name: str, default: float, *, whole: bool = False) -> float:
    """A number above 0 (a SEED may be 0); the default, whatever it is, if it was not given."""
    if name not in options:
        return default
    text = options[name]
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf") or (value == 0 and name != "SEED"):
        _wrong_use(f"{name}={text}: it takes a {'whole ' if whole else ''}number above 0")
    return value


def _wrong_use(message: str) -> NoReturn:
    print(f"levelground: {message}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
