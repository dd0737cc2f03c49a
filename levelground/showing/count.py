"""A count as text for a terminal: a table for each scenario, and after them what is missing and why."""

import math
from collections import defaultdict
from dataclasses import dataclass

from levelground.model.count import LARGEST_SPREAD, Count, Report
from levelground.showing import columns
from levelground.showing.columns import Column
from levelground.stand import host
from levelground.stand.catalog import ROLES

BASELINE = "starlette"


@dataclass(frozen=True)
class _Row:
    name: str
    role: str
    found: Count | None
    baseline: Count | None


def _figure(row: _Row) -> str:
    return f"{row.found.instructions_per_request:,.0f}" if row.found else "–"


def _spread(row: _Row) -> str:
    if row.found is None:
        return "–"
    return f"{100 * row.found.spread:.3f} %" + (" (too wide)" if row.found.spread > LARGEST_SPREAD else "")


def _ratio(row: _Row) -> str:
    if row.found is None or row.baseline is None:
        return "–"
    return f"{row.found.instructions_per_request / row.baseline.instructions_per_request:.3f}"


COLUMNS = (
    Column[_Row]("service", lambda row: row.name, is_word=True),
    Column("instr/request", _figure),
    Column("repeats apart by", _spread, is_word=True),
    Column("ratio", _ratio),
)


def render(report: Report) -> str:
    """The fewest instructions first; ratios are to starlette, or else to the first service."""
    parts = [*host.words(report.host), f"{report.connections} connections", f"{report.repeats} repeats"]
    lines = [f"count {report.run}: {', '.join(parts)}"]
    for scenario in report.scenarios:
        lines += ["", *_scenario(report, scenario)]
    lines += [
        "",
        "Counted is what a service's processes execute in their own code, not what the kernel does for them.",
        *_missing(report),
    ]
    return "\n".join(lines)


def _scenario(report: Report, scenario: str) -> list[str]:
    baseline = BASELINE if BASELINE in report.services else next(iter(report.services))
    to = report.services[baseline].scenarios.get(scenario)
    rows = sorted(
        (_Row(name, one.role, one.scenarios.get(scenario), to) for name, one in report.services.items()), key=_order
    )
    groups = {f"{role}s": [row for row in rows if row.role == role] for role in ROLES}
    return [f"{scenario}: ratios to {baseline}", *columns.lines(COLUMNS, groups)]


def _order(row: _Row) -> float:
    return row.found.instructions_per_request if row.found else math.inf


def _missing(report: Report) -> list[str]:
    """Why there is no count: for each reason, the scenarios and the services that have it."""
    having: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, one in report.services.items():
        for scenario, why in (one.left_out | one.missing).items():
            having[scenario, why].append(name)
    return [f"no count in {scenario}, {why}: {', '.join(names)}" for (scenario, why), names in having.items()]
