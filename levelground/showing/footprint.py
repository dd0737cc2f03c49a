"""A footprint as text for a terminal: one table, and after it what is missing and why."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from levelground.model.footprint import Footprint, Report, Sample
from levelground.showing import columns
from levelground.showing.columns import Column
from levelground.stand import host
from levelground.stand.catalog import ROLES


@dataclass(frozen=True)
class _Row:
    name: str
    found: Footprint


def _measured(title: str, get: Callable[[Footprint], Sample], unit: float, digits: int) -> Column[_Row]:
    """What was measured in repeats, with the half of its interval."""

    def text(row: _Row) -> str:
        one = get(row.found)
        if one.estimate is None:
            return "–"
        spread = "" if one.high is None else f" ±{(one.high - one.estimate) / unit:,.{digits}f}"
        return f"{one.estimate / unit:,.{digits}f}{spread}"

    return Column(title, text)


def _counted(title: str, get: Callable[[Footprint], int | None], unit: int = 1) -> Column[_Row]:
    def text(row: _Row) -> str:
        number = get(row.found)
        return "–" if number is None else f"{number / unit:,.0f}"

    return Column(title, text)


COLUMNS = (
    Column[_Row]("service", lambda row: row.name, is_word=True),
    _measured("start s", lambda one: one.start_seconds, 1, 2),
    _measured("idle MiB", lambda one: one.memory_idle_bytes, 2**20, 1),
    _measured("loaded MiB", lambda one: one.memory_loaded_bytes, 2**20, 1),
    _measured("after MiB", lambda one: one.memory_after_bytes, 2**20, 1),
    _measured("idle CPU %", lambda one: one.idle_cpu_percent, 1, 2),
    _counted("image MB", lambda one: one.image_bytes, 10**6),
    _counted("packages", lambda one: one.language_packages),
    _counted("system packages", lambda one: one.system_packages),
)


def render(report: Report) -> str:
    """The least memory under load first, with ± half of each 95 % interval."""
    parts = [*host.words(report.host), f"{report.repeats} repeats"]
    rows = sorted((_Row(name, one) for name, one in report.services.items()), key=_memory)
    groups = {f"{role}s": [row for row in rows if row.found.role == role] for role in ROLES}
    load = f"{report.scenario}, {report.connections} connections, {report.load_seconds:g} s"
    lines = [
        f"footprint {report.run}: {', '.join(parts)}",
        "",
        *columns.lines(COLUMNS, groups),
        *_missing(report),
        "",
        f"Ranked by memory under load: {load}. ± is half of the 95 % interval of the mean.",
        "Start is the time from the container's start to the first right answer.",
    ]
    return "\n".join(lines)


def _memory(row: _Row) -> float:
    estimate = row.found.memory_loaded_bytes.estimate
    return math.inf if estimate is None else estimate


_MEASURED = {"start_seconds", "memory_idle_bytes", "memory_loaded_bytes", "memory_after_bytes", "idle_cpu_percent"}


def _missing(report: Report) -> list[str]:
    """What is missing of each service, its keys together where they have the same reason."""
    lines = []
    for name, one in report.services.items():
        for why in dict.fromkeys(one.missing.values()):
            keys = [key for key, reason in one.missing.items() if reason == why]
            what = "" if set(keys) >= _MEASURED else f"no {', '.join(keys)}: "
            lines.append(f"  {name}: {what}{why}")
    return lines
