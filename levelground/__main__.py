"""The commands behind the Makefile: `python -m levelground COMMAND NAME=value …`.

Exit codes: 0 done, 1 a measurement or check failed, 2 wrong use (the message names what would be right).
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from levelground import catalog, record

STAND_KNOBS = frozenset(re.findall(r"^(\w+)=", (Path(__file__).parent.parent / ".env").read_text(), re.MULTILINE))
"""The names in .env: they shape the stand, not a command, and are no mistake on any command line."""

Options = Mapping[str, str]


def main(arguments: Sequence[str] = sys.argv[1:]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        _wrong_use(f"commands: {', '.join(COMMANDS)}")
    command, names = COMMANDS[arguments[0]]
    try:
        return command(_options(arguments[1:], names))
    except catalog.UnknownName as error:
        _wrong_use(str(error))


def up(options: Options) -> int:
    """Waits until every service answers, and prints the port map with versions."""
    from levelground import portmap, probe

    services = catalog.select(catalog.read(), _words(options, "SERVICES"))
    answers, wrong = probe.await_all(services, probe.START_SECONDS)
    print(portmap.render(services, answers, wrong, os.environ))
    return 1 if wrong else 0


def conformance(options: Options) -> int:
    """Checks the contract on every service and prints the matrix."""
    from levelground import conformance, probe

    services = catalog.select(catalog.read(), _words(options, "SERVICES"))
    return conformance.run(services, probe.inside)


def bench(options: Options) -> int:
    """Checks conformance, measures, prints the table, writes the run."""
    from levelground import bench, measurement, scenario

    if "RESUME" in options:
        if set(options) - STAND_KNOBS != {"RESUME"}:
            _wrong_use("RESUME= takes no other options: the run's own hold")
        folder = _run_folder(options, "RESUME")
        return bench.run(bench.planned(folder), folder)
    plan = measurement.Plan(
        services=catalog.select(catalog.read(), _words(options, "SERVICES")),
        scenarios=scenario.select(scenario.read(), _words(options, "SCENARIOS")),
        connections=int(_number(options, "CONNECTIONS", 16, whole=True)),
        minutes=_number(options, "MINUTES", 4.0),
        rounds=int(_number(options, "ROUNDS", 3, whole=True)),
        seed=int(_number(options, "SEED", 1, whole=True)),
        slice_seconds=_number(options, "SLICE", 1000 * measurement.SLICE_SECONDS) / 1000,
        lead_seconds=_number(options, "LEAD", 1000 * measurement.LEAD_SECONDS) / 1000,
    )
    return bench.run(plan)


def judge(options: Options) -> int:
    """Judges a run again from its files and prints its table."""
    from levelground import summary, table

    print(table.render(summary.judge(_run_folder(options, "RUN"))))
    return 0


def calibrate(options: Options) -> int:
    """The instrument against known truths."""
    from levelground import calibration

    parts = _words(options, "PARTS") or list(calibration.PARTS)
    if wrong := [part for part in parts if part not in calibration.PARTS]:
        raise catalog.UnknownName("part", wrong, list(calibration.PARTS))
    return calibration.run(parts, _number(options, "MINUTES", 10.0))


COMMANDS: dict[str, tuple[Callable[[Options], int], tuple[str, ...]]] = {
    "up": (up, ("SERVICES",)),
    "conformance": (conformance, ("SERVICES",)),
    "bench": (bench, ("SERVICES", "SCENARIOS", "MINUTES", "ROUNDS", "CONNECTIONS", "SEED", "SLICE", "LEAD", "RESUME")),
    "judge": (judge, ("RUN",)),
    "calibrate": (calibrate, ("PARTS", "MINUTES")),
}


def _run_folder(options: Options, name: str) -> record.Folder:
    folder = record.Folder(record.RESULTS / options.get(name, "latest"))
    if not (folder.path / "run.json").exists():
        runs = sorted(path.parent.name for path in record.RESULTS.glob("*/run.json") if not path.parent.is_symlink())
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


def _number(options: Options, name: str, default: float, *, whole: bool = False) -> float:
    text = options.get(name, str(default))
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
