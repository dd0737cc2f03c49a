"""A run as text for a terminal: one table per scenario, and while it runs one line of progress."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from levelground.judging.statistics import widest_half_width
from levelground.judging.summary import MEASURES, Cell, Summary, Table, measure, ranked
from levelground.model.count import LARGEST_SPREAD
from levelground.model.interval import Interval
from levelground.showing import columns
from levelground.showing.columns import Column
from levelground.stand import host
from levelground.stand.catalog import POSTGRES, ROLES, UPSTREAM


@dataclass(frozen=True)
class Row:
    """One service in one scenario of a run."""

    scenario: str
    service: str
    cell: Cell
    baseline: str | None
    """What the scenario's ratios are to."""
    connections: int
    """In this scenario."""


def rows(summary: Summary) -> list[Row]:
    """All cells of a run, scenario by scenario, the best first."""
    context = summary.context
    own = context.get("scenario_connections", {})
    return [
        Row(scenario, service, cell, table.baseline, own.get(scenario, context["connections"]))
        for scenario, table in summary.scenarios.items()
        for service, cell in ranked(table)
    ]


def rate(number: float | Interval | None) -> str:
    """A rate per second, or the estimate of one, in three digits or more."""
    if isinstance(number, Interval):
        number = number.estimate
    return "–" if number is None else f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def milliseconds(us: float | None) -> str:
    return "–" if us is None else f"{us / 1000:,.2f}"


def _p99(row: Row) -> str:
    """With its interval, where it has one."""
    found = (row.cell.latency_interval_us or {}).get("p99")
    interval = f" ({milliseconds(found.low)}–{milliseconds(found.high)})" if found else ""
    return milliseconds(row.cell.latency_us["p99"]) + interval


def first_byte(cell: Cell, key: str) -> float | None:
    """Microseconds; None if the cell has no such percentile, or its answers are not timed so."""
    return (cell.first_byte_us or {}).get(key)


def _first_byte(key: str, title: str) -> Column[Row]:
    return Column(title, lambda row: milliseconds(first_byte(row.cell, key)))


def helper_cpu(cell: Cell, helper: str) -> Interval | None:
    """CPU time of a helper per request, in microseconds."""
    return (cell.helper_cpu_us_per_request or {}).get(helper)


def per_connection(cell: Cell) -> str:
    """KiB that each connection added to the service's memory."""
    found = cell.memory_per_connection_bytes
    return f"{found / 1024:,.1f}" if isinstance(found, float | int) else "–"


def _ratio(measure: str) -> Callable[[Row], str]:
    return lambda row: str(getattr(row.cell, measure) or "–")


def _us(found: Interval | None) -> str:
    return f"{found.estimate:,.1f}" if found else "–"


def _user_and_kernel(row: Row) -> str:
    user, system = row.cell.cpu_user_us_per_request, row.cell.cpu_system_us_per_request
    return f"{user.estimate:,.1f}+{system.estimate:,.1f}" if user and system else "–"


def _instructions(row: Row) -> str:
    """With how far its repeats are apart, where that is too much to pass over."""
    found = row.cell.instructions_per_request
    if found is None:
        return "–"
    return f"{found.estimate:,.0f}" + (f" ±{100 * found.spread:.1f} %" if found.spread > LARGEST_SPREAD else "")


def capacity(row: Row) -> str:
    cell = row.cell
    if found := cell.capacity_per_second:
        return f"{rate(found)} ({rate(found.low)}–{rate(found.high)})"
    match cell.capacity_at_least, cell.capacity_at_most:
        case None, None:
            return "–"
        case None, most:
            return f"< {rate(most)}"
        case least, None:
            return f"> {rate(least)}"
        case least, most:
            return f"{rate(least)}–{rate(most)}"


def _peak(row: Row) -> str:
    peak = row.cell.memory_bytes.peak
    return "–" if peak is None else f"{peak / 2**20:,.0f}"


def verdict(row: Row) -> str:
    """The kinds of the cell's reasons (what they are in full stands below the table), and what is worth knowing."""
    cell = row.cell
    kinds = [reason.split(":")[0] for reason in cell.reasons]
    if cell.never_met:
        kinds.append("objective not met at any rate tried")
    if not kinds:
        kinds.append("ok")
    if cell.at_once and cell.at_once < row.connections:
        kinds.append(f"serves {cell.at_once} of {row.connections} at once")
    if cell.within and cell.valid:
        kinds.append(f"within {100 * cell.within:g} % of {row.baseline}")
    return ", ".join(kinds)


_LETTER = Column[Row]("letter", lambda row: row.cell.group, is_word=True)
_SERVICE = Column[Row]("service", lambda row: row.service, is_word=True)
_UNDISTURBED = Column("undisturbed (95 %)", _ratio("undisturbed_ratio"))
_UNDISTURBED_US = Column[Row]("µs/request", lambda row: _us(row.cell.undisturbed_us_per_request))
_RATE = Column[Row]("requests/s", lambda row: rate(row.cell.throughput_per_second))
_CPU = Column[Row]("CPU µs/request", lambda row: _us(row.cell.cpu_us_per_request))
_USER_AND_KERNEL = Column("user+kernel", _user_and_kernel)
_INSTRUCTIONS = Column("instr/request", _instructions)
HELPERS: Mapping[str, str] = {POSTGRES: "database", UPSTREAM: "upstream"}
"""What tables call them."""


def _of_helper(helper: str, word: str) -> Column[Row]:
    return Column(f"{word} CPU", lambda row: _us(helper_cpu(row.cell, helper)))


_OF_HELPERS = tuple(_of_helper(helper, word) for helper, word in HELPERS.items())
_COSTS = (_CPU, _USER_AND_KERNEL, *_OF_HELPERS, _INSTRUCTIONS)
_P50 = Column[Row]("p50 ms", lambda row: milliseconds(row.cell.latency_us["p50"]))
_P99 = Column[Row]("p99 ms", lambda row: milliseconds(row.cell.latency_us["p99"]))
_P99_IN_FULL = Column("p99 ms (95 %)", _p99)
_P999 = Column[Row]("p99.9 ms", lambda row: milliseconds(row.cell.latency_us["p999"]))
_FIRST_P50, _FIRST_P99 = _first_byte("p50", "first byte p50 ms"), _first_byte("p99", "first byte p99 ms")
_LATENCIES = (_P50, _P99, _P99_IN_FULL, _P999)
_PEAK = Column("peak MiB", _peak)
_PER_CONNECTION = Column[Row]("KiB/connection", lambda row: per_connection(row.cell))
_ERRORS = Column[Row]("errors", lambda row: f"{row.cell.errors:,}")
_VERDICT = Column("verdict", verdict, is_word=True)

COLUMNS: Mapping[str, tuple[Column[Row], ...]] = {
    "closed": (
        *(_LETTER, _SERVICE, _UNDISTURBED, _UNDISTURBED_US, Column("as it went (95 %)", _ratio(MEASURES["closed"]))),
        *(_RATE, *_COSTS, _FIRST_P99, _P99, _PEAK, _PER_CONNECTION, _ERRORS, _VERDICT),
    ),
    "open": (
        *(_LETTER, _SERVICE, Column("mean time ratio (95 %)", _ratio(MEASURES["open"]))),
        Column[Row]("offered/s", lambda row: rate(row.cell.offered_per_second)),
        Column("achieved/s", _RATE.text),
        *(_FIRST_P50, _FIRST_P99, _P50, _P99_IN_FULL, _P999),
        Column[Row]("service p50 ms", lambda row: milliseconds(row.cell.service_us.get("p50"))),
        Column[Row]("service p99 ms", lambda row: milliseconds(row.cell.service_us.get("p99"))),
        *(*_COSTS, _ERRORS, _VERDICT),
    ),
    "capacity": (
        *(_LETTER, _SERVICE, Column("ratio (95 %)", _ratio(MEASURES["capacity"]))),
        *(Column("capacity/s (95 %)", capacity), *_COSTS, _PEAK, _PER_CONNECTION, _ERRORS, _VERDICT),
    ),
}
"""Under each load."""
OPTIONAL = (
    *(_UNDISTURBED, _UNDISTURBED_US, _USER_AND_KERNEL, *_OF_HELPERS, _INSTRUCTIONS),
    *(_FIRST_P50, _FIRST_P99, _PER_CONNECTION),
)
"""Left out of a table in which no row has them."""


def render(summary: Summary) -> str:
    """The whole run: what it was measured on, a table per scenario, and after them what explains the tables."""
    lines = [_host_line(summary)]
    told = summary.context.get("calibration")
    if told:
        lines.append(f"calibrated {told['when']}: see the end")
    for name, table in summary.scenarios.items():
        lines += ["", *_scenario(summary, name, table)]
    lines += ["", "Services that share a letter cannot be told apart at 95 %."]
    lines += _of_load(summary)
    lines += _of_helpers(summary)
    lines += _twin_lines(summary)
    for service, checks in summary.context.get("declared", {}).items():
        lines += [f"{service} cannot do {check}: {reason}" for check, reason in checks.items()]
    if told:
        lines += [f"calibrated {told['when']}:", *(f"  {part}" for part in told["words"].split("; "))]
    return "\n".join(lines)


def _host_line(summary: Summary) -> str:
    context = summary.context
    generators = context.get("generators", 1)
    load = f"{context['load']} loop" if context["load"] != "capacity" else f"capacity for {context['objective']}"
    parts = [
        *host.words(context["host"]),
        f"{context['connections']} connections per service, {load}",
        *([f"{generators} generator processes"] if generators > 1 else []),
        f"seed {context['seed']}",
    ]
    return f"run {summary.run}: " + ", ".join(parts)


def _of_load(summary: Summary) -> list[str]:
    """What explains the columns of this load."""
    if any(measure(table) == "undisturbed_ratio" for table in summary.scenarios.values()):
        return [
            "undisturbed: speed while nothing outside slows the service's core, read from the fastest moments; garbage",
            "collection and the like are left out of it as far as they are rare. As it went: the mean over everything.",
        ]
    if summary.context["load"] == "open":
        return ["p50 to p99.9 count from when requests were due, service p50 and p99 from when they were sent."]
    cells = [cell for table in summary.scenarios.values() for cell in table.services.values()]
    if any((cell.capacity_at_least is None) != (cell.capacity_at_most is None) for cell in cells):
        return ["< and > stand before a bound of a capacity where the trials tell no more."]
    return []


def _of_helpers(summary: Summary) -> list[str]:
    """What explains the columns of helpers, and with which settings they ran."""
    told: Mapping[str, Mapping[str, Any]] = summary.context.get("helpers", {})
    lines = [
        f"{HELPERS.get(name, name)} CPU: µs of its CPU time per request, beside the service's own." for name in told
    ]
    lines += [f"the helper {name} was away: {one['away']}" for name, one in told.items() if "away" in one]
    for name, one in told.items():
        if settings := one.get("settings"):
            words = ", ".join(f"{key} {value}" for key, value in settings.items())
            lines.append(f"{name}: {words}")
    return lines


def _twin_lines(summary: Summary) -> list[str]:
    of_baseline: dict[str, list[str]] = {}
    for scenario, table in summary.scenarios.items():
        for cell in table.services.values():
            ratio = getattr(cell, measure(table))
            if cell.twin_of and cell.twin_of == table.baseline and ratio:
                of_baseline.setdefault(cell.twin_of, []).append(f"{scenario} {ratio}")
    return [
        f"twin of {baseline} (the truth is 1.000: what differs is the instrument's own error): {'; '.join(parts)}"
        for baseline, parts in of_baseline.items()
    ]


def _scenario(summary: Summary, name: str, table: Table) -> list[str]:
    if table.baseline is None:
        return [f"{name}: none of these services has a part in it"]
    seconds = summary.context["slice_seconds"][name]
    lines = [
        f"{name}: ratios to {table.baseline}, {table.blocks} blocks of slices up to {seconds * 1000:.3g} ms"
        f"{_own_connections(summary, name)}{_dropped(table)}{_disturbed(table)}"
    ]
    if table.too_noisy:
        lines.append(f"  too noisy: {_still_visible(table)}")
    own = [row for row in rows(summary) if row.scenario == name]
    groups = {f"{role}s": [row for row in own if row.cell.role == role] for role in ROLES}
    return [
        *lines,
        *columns.lines(_shown(table.load, own, name in summary.context.get("websockets", [])), groups),
        *(f"  {row.service}: {reason}" for row in own for reason in row.cell.reasons if ": " in reason),
    ]


def _shown(load: str, own: Sequence[Row], of_messages: bool) -> list[Column[Row]]:
    shown = [one for one in COLUMNS[load] if one not in OPTIONAL or any(one.text(row) != "–" for row in own)]
    if not of_messages:
        return shown
    return [replace(one, title=f"{ROUND_TRIP} {one.title}") if one in _LATENCIES else one for one in shown]


ROUND_TRIP = "round trip"
"""What a latency of a WebSocket's message is."""


def _own_connections(summary: Summary, scenario: str) -> str:
    own = summary.context.get("scenario_connections", {}).get(scenario)
    return f", {own:,} connections per service" if own else ""


def _dropped(table: Table) -> str:
    return f", {table.dropped_blocks} dropped ({table.why_dropped})" if table.dropped_blocks else ""


_HARDLY_EVER_CALM = 0.9
"""The cost is read from the fastest tenth of windows."""


def _disturbed(table: Table) -> str:
    if table.disturbed_share is None or table.disturbed_factor is None:
        return ""
    told = (
        f"; host disturbed {100 * table.disturbed_share:.0f} % of the time, by a factor of {table.disturbed_factor:.2f}"
    )
    if table.disturbed_share > _HARDLY_EVER_CALM:
        told += ": there was hardly an undisturbed moment to read costs from"
    is_well = table.baseline is not None and table.services[table.baseline].valid
    if is_well and measure(table) == MEASURES["closed"]:
        told += f"; too little to read an undisturbed cost of {table.baseline} from: ranked as it went"
    return told


def _still_visible(table: Table) -> str:
    """What the blocks that were not dropped could still have shown."""
    ratios = [getattr(cell, measure(table)) for cell in table.services.values()]
    width = widest_half_width(one for one in ratios if one)
    if width == math.inf:
        return "too little was left to compare anything"
    return f"what was left could only show differences of over {100 * width:.1f} %"


def progress(block: int, seconds_left: float, widths: Mapping[str, float]) -> str:
    """One line: the block, the time left, and how narrow each scenario's widest ratio interval is by now."""
    known = ", ".join(f"{name} {f'±{100 * width:.1f} %' if width < 1 else '–'}" for name, width in widths.items())
    left = timedelta(seconds=round(max(0.0, seconds_left)))
    return f"block {block}, {left} left; widest interval of a ratio: {known}"
