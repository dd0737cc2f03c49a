"""A run as text for a terminal: one table per scenario, and while it runs one line of progress."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from levelground.judging.statistics import widest_half_width
from levelground.judging.summary import MEASURES, Cell, Summary, Table, ranked
from levelground.model.interval import Interval
from levelground.stand import host
from levelground.stand.catalog import ROLES


@dataclass(frozen=True)
class Column:
    """A column of numbers: what stands above it, how wide it is, and what a cell says in it."""

    title: str
    width: int
    text: Callable[[Cell], str]


def rate(number: float | Interval | None) -> str:
    """A rate, or the estimate of one, to the whole request."""
    if isinstance(number, Interval):
        number = number.estimate
    return "–" if number is None else f"{number:,.0f}"


def _ratio(measure: str) -> Callable[[Cell], str]:
    return lambda cell: str(getattr(cell, measure) or "–")


def _cpu(cell: Cell) -> str:
    cpu = cell.cpu_us_per_request
    return f"{cpu.estimate:.1f} ({cpu.low:.1f}–{cpu.high:.1f})" if cpu else "–"


def _capacity(cell: Cell) -> str:
    found = cell.capacity_per_second
    return f"{rate(found)} ({rate(found.low)}–{rate(found.high)})" if found else "–"


def _peak(cell: Cell) -> str:
    return "–" if cell.memory_bytes.peak is None else f"{cell.memory_bytes.peak / 2**20:.0f}"


_CPU = Column("CPU µs/request", 22, _cpu)
_PEAK = Column("peak MiB", 10, _peak)
_ERRORS = Column("errors", 8, lambda cell: str(cell.errors))

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "closed": (
        Column("ratio (95 %)", 21, _ratio(MEASURES["closed"])),
        Column("requests/s", 12, lambda cell: rate(cell.throughput_per_second)),
        _CPU,
        Column("p50 ms", 9, lambda cell: milliseconds(cell.latency_us["p50"])),
        Column("p99 ms", 9, lambda cell: milliseconds(cell.latency_us["p99"])),
        _PEAK,
        _ERRORS,
    ),
    "open": (
        Column("mean time ratio (95 %)", 23, _ratio(MEASURES["open"])),
        Column("offered/s", 11, lambda cell: rate(cell.offered_per_second)),
        Column("achieved/s", 12, lambda cell: rate(cell.throughput_per_second)),
        Column("p50 ms", 9, lambda cell: milliseconds(cell.latency_us["p50"])),
        Column("p99 ms", 9, lambda cell: milliseconds(cell.latency_us["p99"])),
        Column("p99.9 ms", 10, lambda cell: milliseconds(cell.latency_us["p999"])),
        Column("service p50", 13, lambda cell: milliseconds(cell.service_us.get("p50"))),
        Column("p99 ms", 9, lambda cell: milliseconds(cell.service_us.get("p99"))),
        _CPU,
        _ERRORS,
    ),
    "capacity": (
        Column("ratio (95 %)", 21, _ratio(MEASURES["capacity"])),
        Column("capacity/s (95 %)", 26, _capacity),
        _CPU,
        _PEAK,
        _ERRORS,
    ),
}
"""Under each load."""


def render(summary: Summary) -> str:
    """The whole run: what it was measured on, how far the twin is off, and a table per scenario."""
    lines = [_host_line(summary), *_calibration_lines(summary), *_twin_lines(summary)]
    for name, table in summary.scenarios.items():
        lines += ["", *_scenario(summary, name, table)]
    lines += ["", "Services that share a letter cannot be told apart at 95 %; ratios are to " + summary.reference + "."]
    for service, rows in summary.context.get("declared", {}).items():
        lines += [f"{service} cannot do {check}: {reason}" for check, reason in rows.items()]
    return "\n".join(lines)


def _host_line(summary: Summary) -> str:
    context = summary.context
    load = f"{context['load']} loop" if context["load"] != "capacity" else f"capacity for {context['objective']}"
    parts = [
        *host.words(context["host"]),
        f"{context['connections']} connections per service, {load}",
        f"seed {context['seed']}",
    ]
    return f"run {summary.run}: " + ", ".join(parts)


def _calibration_lines(summary: Summary) -> list[str]:
    told = summary.context.get("calibration")
    return [f"calibrated {told['when']}: {told['words']}"] if told else []


def _twin_lines(summary: Summary) -> list[str]:
    parts = [
        f"{scenario} {ratio}"
        for scenario, table in summary.scenarios.items()
        for cell in table.services.values()
        if cell.twin_of == summary.reference and (ratio := getattr(cell, MEASURES[table.load]))
    ]
    head = f"twin of {summary.reference} (the instrument's own error: the truth is 1.000)"
    return [f"{head}: {'; '.join(parts)}"] if parts else []


def _scenario(summary: Summary, name: str, table: Table) -> list[str]:
    seconds = summary.context["slice_seconds"][name]
    columns = COLUMNS[table.load]
    lines = [
        f"{name}: {table.blocks} blocks of {seconds * 1000:g} ms slices{_dropped(table)}",
        f"  {'':5}{'service':<16}" + "".join(f"{one.title:>{one.width}}" for one in columns) + "  verdict",
    ]
    if table.too_noisy:
        lines.insert(1, f"  too noisy: {_still_visible(table)}")
    for role in ROLES:
        cells = [(service, cell) for service, cell in ranked(table) if cell.role == role]
        if cells:
            lines.append(f"  {role}s")
            lines += [_row(summary, columns, service, cell) for service, cell in cells]
    return lines + [
        f"  {service}: {reason}"
        for service, cell in table.services.items()
        for reason in cell.reasons
        if ": " in reason
    ]


def _dropped(table: Table) -> str:
    if not table.dropped_blocks:
        return ""
    reasons = ", ".join(f"{why} ×{count}" for why, count in table.dropped.items())
    return f", {table.dropped_blocks} dropped" + (f" ({reasons})" if reasons else "")


def _still_visible(table: Table) -> str:
    """What the blocks that were not dropped could still have shown."""
    ratios = [getattr(cell, MEASURES[table.load]) for cell in table.services.values()]
    width = widest_half_width(one for one in ratios if one)
    if width == math.inf:
        return "too little was left to compare anything"
    return f"what was left could only show differences of over {100 * width:.1f} %"


def _row(summary: Summary, columns: tuple[Column, ...], service: str, cell: Cell) -> str:
    numbers = "".join(f"{one.text(cell):>{one.width}}" for one in columns)
    within = f", within {100 * cell.within:g} % of {summary.reference}" if cell.within and cell.valid else ""
    connections = summary.context["connections"]
    waiting = f", serves {cell.at_once} of {connections} at once" if cell.at_once and cell.at_once < connections else ""
    return f"  {cell.group:<5}{service:<16}{numbers}  {_verdict(cell)}{waiting}{within}"


def _verdict(cell: Cell) -> str:
    """The kinds of the cell's reasons; what they are in full stands below the table."""
    return ", ".join(reason.split(":")[0] for reason in cell.reasons) or "ok"


def milliseconds(us: float | None) -> str:
    return "–" if us is None else f"{us / 1000:.2f}"


def progress(block: int, seconds_left: float, widths: Mapping[str, float]) -> str:
    """One line: the block, the time left, and how narrow each scenario's widest ratio interval is by now."""
    known = ", ".join(f"{name} {f'±{100 * width:.1f} %' if width < 1 else '–'}" for name, width in widths.items())
    left = time.strftime("%M:%S", time.gmtime(max(0.0, seconds_left)))
    return f"block {block}, {left} left; widest interval of a ratio: {known}"
