"""A run as text for a terminal: one table per scenario, and while it runs one line of progress."""

import time
from collections.abc import Mapping

from levelground.catalog import ROLES
from levelground.summary import Cell, Summary, Table, ranked

_HEAD = (
    f"  {'':5}{'service':<16}{'ratio (95 %)':>21}{'requests/s':>12}{'CPU µs/request':>22}"
    f"{'p50 ms':>9}{'p99 ms':>9}{'peak MiB':>10}{'errors':>8}  verdict"
)


def render(summary: Summary) -> str:
    """The whole run: what it was measured on, how far the twin is off, and a table per scenario."""
    lines = [_host_line(summary), *_twin_lines(summary)]
    for name, table in summary.scenarios.items():
        lines += ["", *_scenario(summary, name, table)]
    lines += ["", "Services that share a letter cannot be told apart at 95 %; ratios are to " + summary.reference + "."]
    return "\n".join(lines)


def _host_line(summary: Summary) -> str:
    host = summary.context["host"]
    engine = (host.get("engine") or {}).get("version")
    parts = [
        f"{host['cpus']} × {host['cpu'] or host['architecture']}",
        f"Linux {host['kernel']}",
        f"cgroup v{host['cgroup_version']}"
        if host["cgroup_version"]
        else "no cgroup files: CPU and memory not measured",
        *([f"Docker {engine}"] if engine else []),
        f"{summary.context['connections']} connections per service, {summary.context['load']} loop",
        f"seed {summary.context['seed']}",
    ]
    return f"run {summary.run}: " + ", ".join(parts)


def _twin_lines(summary: Summary) -> list[str]:
    parts = [
        f"{scenario} {cell.throughput_ratio}"
        for scenario, table in summary.scenarios.items()
        for cell in table.services.values()
        if cell.twin_of == summary.reference and cell.throughput_ratio
    ]
    head = f"twin of {summary.reference} (the instrument's own error: the truth is 1.000)"
    return [f"{head}: {'; '.join(parts)}"] if parts else []


def _scenario(summary: Summary, name: str, table: Table) -> list[str]:
    seconds = summary.context["slice_seconds"][name]
    lines = [
        f"{name}: {table.blocks} blocks of {seconds * 1000:g} ms slices"
        + (f", {table.dropped_blocks} dropped" if table.dropped_blocks else ""),
        _HEAD,
    ]
    for role in ROLES:
        cells = {service: cell for service, cell in table.services.items() if cell.role == role}
        if cells:
            lines.append(f"  {role}s")
            lines += [_row(service, cell) for service, cell in ranked(cells)]
    return lines + [
        f"  {service}: {reason}"
        for service, cell in table.services.items()
        for reason in cell.reasons
        if ": " in reason
    ]


def _row(service: str, cell: Cell) -> str:
    rate = cell.throughput_per_second
    cpu = cell.cpu_us_per_request
    ratio = str(cell.throughput_ratio) if cell.throughput_ratio else "–"
    peak = cell.memory_bytes.peak
    return (
        f"  {cell.group:<5}{service:<16}{ratio:>21}"
        f"{f'{rate.estimate:,.0f}' if rate else '–':>12}"
        f"{f'{cpu.estimate:.1f} ({cpu.low:.1f}–{cpu.high:.1f})' if cpu else '–':>22}"
        f"{milliseconds(cell.latency_us['p50']):>9}{milliseconds(cell.latency_us['p99']):>9}"
        f"{f'{peak / 2**20:.0f}' if peak is not None else '–':>10}{cell.errors:>8}  {_verdict(cell)}"
    )


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
