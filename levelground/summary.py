"""From a run's records to its summary: what every table and page shows. Reads and writes the run's folder."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from levelground import gates, histogram, statistics
from levelground.record import SCHEMA, Folder, Run, Slice
from levelground.statistics import Interval

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9}


@dataclass(frozen=True)
class Memory:
    """In bytes, without what the kernel could drop at once; null: the cgroup could not be read."""

    idle: int | None
    peak: int | None


@dataclass(frozen=True)
class Cell:
    """One service in one scenario. Intervals are null where the cell has no good slices."""

    role: str
    valid: bool
    reasons: list[str]
    group: str
    """Letters; services that share one cannot be told apart."""
    requests: int
    errors: int
    throughput_per_second: Interval | None
    throughput_ratio: Interval | None
    cpu_us_per_request: Interval | None
    cpu_ratio: Interval | None
    latency_us: dict[str, float | None]
    memory_bytes: Memory
    twin_of: str | None


@dataclass(frozen=True)
class Table:
    """One scenario."""

    load: str
    blocks: int
    dropped_blocks: int
    """Blocks that count for no ratio, because the reference has no good slice in them."""
    services: dict[str, Cell]


@dataclass(frozen=True)
class Summary:
    """A run, judged: summary.json."""

    run: str
    context: dict[str, Any]
    reference: str
    scenarios: dict[str, Table]
    schema: int = SCHEMA


def judge(folder: Folder) -> Summary:
    """Judges a run from its files alone and writes summary.json into its folder."""
    summary = of(folder.read_run(), list(folder.read_slices()))
    folder.write_json("summary.json", summary)
    return summary


def of(run: Run, slices: Sequence[Slice]) -> Summary:
    """The summary of a run; a pure function of its records: same records, same summary."""
    by_scenario: dict[str, list[Slice]] = defaultdict(list)
    for one in slices:
        if not one.warmup:
            by_scenario[one.scenario].append(one)
    context = {
        "started": run.started,
        "command": run.command,
        "seed": run.seed,
        "load": run.load,
        "connections": run.connections,
        "slice_seconds": run.slice_seconds,
        "rounds": run.rounds,
        "resumed": run.resumed,
        "host": run.host,
        "versions": {
            name: {key: member.about.get(key) for key in ("framework", "framework_version", "server", "server_version")}
            for name, member in run.services.items()
            if member.about
        },
    }
    tables = {name: _table(run, name, by_scenario.get(name, [])) for name in run.scenarios}
    return Summary(run.run, context, run.reference, tables)


def ratio_widths(run: Run, slices: Sequence[Slice]) -> dict[str, float]:
    """The widest half width, relative, among the ratios that each scenario has by now; cheap enough for mid-run."""
    widths = {}
    for name in run.scenarios:
        grid = _Grid(run, name, [one for one in slices if one.scenario == name and not one.warmup])
        intervals = statistics.ratios(grid.throughput, grid.reference, grid.rounds, run.seed, resamples=200)
        widths[name] = statistics.widest_half_width(one for one in intervals if one)
    return widths


class Watch:
    """Collects a run's slices and looks at them now and then, never for more than a fiftieth of the time."""

    def __init__(
        self,
        look: Callable[[Run, Sequence[Slice]], object],
        every_seconds: float = 10.0,
        earlier: Iterable[Slice] = (),
    ) -> None:
        """`look` is called between two blocks, with all slices up to the last whole block.

        `earlier` are those that the first run had already.
        """
        self._look = look
        self._every = every_seconds
        self._next = 0.0
        self._run = ""
        self._earlier = list(earlier)
        self._slices: list[Slice] = []

    def __call__(self, run: Run, one: Slice) -> None:
        if run.run != self._run:
            self._run, self._slices, self._earlier = run.run, self._earlier, []
            self._next = one.start_seconds + self._every
        if self._slices and one.block != self._slices[-1].block and one.start_seconds > self._next:
            began = time.monotonic()
            self._look(run, self._slices)
            self._next = one.start_seconds + max(self._every, 50 * (time.monotonic() - began))
        self._slices.append(one)


class _Grid:
    """One scenario's slices as matrices of blocks × services; NaN where a service has no good slice in a block."""

    def __init__(self, run: Run, scenario: str, slices: Sequence[Slice]) -> None:
        self.names = [name for name, member in run.services.items() if scenario not in member.left_out]
        self.reference = self.names.index(run.reference) if run.reference in self.names else 0
        self.of_service: dict[str, list[Slice]] = {name: [] for name in self.names}
        self._row = {block: row for row, block in enumerate(sorted({one.block for one in slices}))}
        self.rounds = np.zeros(len(self._row), dtype=np.int64)
        for one in slices:
            self.of_service[one.service].append(one)
            self.rounds[self._row[one.block]] = one.round
        self.reasons = {
            name: gates.verdict(run.services[name], scenario, self.of_service[name], len(self._row))
            for name in self.names
        }
        self.requests = self._matrix("requests")
        self.seconds = self._matrix("seconds")
        self.cpu_us = self._matrix("cpu_us")
        # What only the generator held back is still compared; what failed is not.
        compared = np.array([set(self.reasons[name]) <= {"generator-bound"} for name in self.names], dtype=bool)
        self.throughput = np.where(compared, self.requests / self.seconds, np.nan)
        self.cpu_per_request = np.where(compared & (self.cpu_us > 0), self.cpu_us / self.requests, np.nan)

    @property
    def blocks(self) -> int:
        return len(self._row)

    def _matrix(self, value: str) -> statistics.Floats:
        result = np.full((len(self._row), len(self.names)), np.nan)
        for column, name in enumerate(self.names):
            for one in self.of_service[name]:
                number = getattr(one, value)
                if gates.is_good(one) and number is not None:
                    result[self._row[one.block], column] = number
        return result


def _table(run: Run, scenario: str, slices: Sequence[Slice]) -> Table:
    grid = _Grid(run, scenario, slices)
    ratios = statistics.ratios(grid.throughput, grid.reference, grid.rounds, run.seed)
    cpu_ratios = statistics.ratios(grid.cpu_per_request, grid.reference, grid.rounds, run.seed)
    letters = statistics.letters(grid.throughput, grid.rounds, run.seed)
    rates = statistics.totals(grid.requests, grid.seconds, grid.rounds)
    cpu_each = statistics.totals(grid.cpu_us, grid.requests, grid.rounds)
    cells: dict[str, Cell] = {}
    for column, name in enumerate(grid.names):
        member, own = run.services[name], grid.of_service[name]
        good = [one for one in own if gates.is_good(one)]
        latency = histogram.add(one.latency for one in good)
        memory = [one.memory_bytes for one in own if one.memory_bytes is not None]
        cells[name] = Cell(
            role=member.role,
            valid=not grid.reasons[name],
            reasons=grid.reasons[name],
            group=letters[column],
            requests=sum(one.requests for one in good),
            errors=sum(sum(one.errors.values()) for one in own),
            throughput_per_second=rates[column],
            throughput_ratio=ratios[column],
            cpu_us_per_request=cpu_each[column],
            cpu_ratio=cpu_ratios[column],
            latency_us={key: histogram.percentile_us(latency, percent) for key, percent in PERCENTILES.items()},
            memory_bytes=Memory(member.memory_idle_bytes, max(memory, default=None)),
            twin_of=member.twin_of,
        )
    dropped = int(np.isnan(grid.throughput[:, grid.reference]).sum()) if grid.names else 0
    return Table(run.load, grid.blocks, dropped, cells)


def ranked(cells: Mapping[str, Cell]) -> list[tuple[str, Cell]]:
    """Cells by ratio, the best first; those without one come last."""
    return sorted(
        cells.items(), key=lambda item: -(item[1].throughput_ratio.estimate if item[1].throughput_ratio else -1.0)
    )
