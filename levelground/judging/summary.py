"""From a run's records to its summary: what every table and page shows. Reads and writes the run's folder."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType

from levelground.judging import capacity, gates, percentiles, statistics, undisturbed
from levelground.judging.grid import Grid
from levelground.model import histogram
from levelground.model.folder import Folder
from levelground.model.interval import Interval
from levelground.model.record import SCHEMA, Conditions, Instructions, Run, Slice
from levelground.model.trials import Trials

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9}
WITHIN = (0.01, 0.02, 0.05)
"""Distances from the baseline that a verdict mentions."""
_PERCENTILE_INTERVALS = 3
"""The first schema of runs whose percentiles have intervals: older runs are judged to the same bytes as before."""
_HELPERS = 5
"""The first schema with helpers and a time to the first byte that is judged."""
MEASURES = {"closed": "throughput_ratio", "open": "latency_ratio", "capacity": "capacity_ratio"}
"""Which of a cell's ratios its scenario is ranked by, and its letter is about, under each load; see `measure`."""

Intervals = Sequence[Interval | None]


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
    at_once: int | None = None
    """How many requests the service serves at once; null: it knows no such bound."""
    within: float | None = None
    """The whole interval of the ratio is this near to 1 (0.02: within 2 % of the baseline)."""
    offered_per_second: float | None = None
    """Open loop: requests that were due."""
    unanswered: int = 0
    """Open loop: requests that were given up; the percentiles include them with their age at that moment."""
    latency_ratio: Interval | None = None
    """Open loop: of the mean response times, from when requests were due; less is better."""
    service_us: dict[str, float | None] = field(default_factory=dict)
    """Open loop: as `latency_us`, but from when requests were sent."""
    slip_us: dict[str, float | None] = field(default_factory=dict)
    """Open loop: how late the generator was."""
    capacity_per_second: Interval | None = None
    """The highest rate that meets the objective; null too if every rate met it, or none."""
    capacity_ratio: Interval | None = None
    capacity_at_least: float | None = None
    """A bound that is known although the capacity has no interval."""
    capacity_at_most: float | None = None
    never_met: bool = False
    """Whether no rate that was tried met the objective."""
    undisturbed_us_per_request: Interval | None = None
    """Closed loop: what an answer costs while nothing outside the service slows its core."""
    undisturbed_ratio: Interval | None = None
    """Of undisturbed speeds; the intervals of a table hold at once."""
    instructions_per_request: Instructions | None = None
    """As `make count` counted them last; null: never with this very image in this scenario."""
    cpu_user_us_per_request: Interval | None = None
    """CPU time spent in the service's own code; null: this kernel does not tell."""
    cpu_system_us_per_request: Interval | None = None
    """CPU time that the kernel spent for the service; null as above."""
    latency_interval_us: dict[str, Interval | None] | UnsetType = UNSET
    """Of each percentile in `latency_us`; null: too few answers to tell. Runs of schema 1 and 2 have none."""
    first_byte_us: dict[str, float | None] | UnsetType | None = UNSET
    """Streams and events: as `latency_us`, but to the first byte of the body; null: other answers are not timed so."""
    helper_cpu_us_per_request: dict[str, Interval | None] | UnsetType | None = UNSET
    """CPU time of each helper that the scenario needs; null: it needs none. Runs of schema 4 and older have none."""
    memory_per_connection_bytes: float | UnsetType | None = UNSET
    """Of scenarios with a number of connections of their own: what each added to the service's memory, at the peak."""


@dataclass(frozen=True)
class Table:
    """One scenario."""

    load: str
    blocks: int
    dropped_blocks: int
    """Blocks excluded from ratios: disturbed by the host, or without a good slice of the baseline."""
    services: dict[str, Cell]
    dropped: dict[str, int] = field(default_factory=dict)
    """How many blocks the host disturbed, by how it did."""
    disturbed_share: float | None = None
    """The share of the time in which something outside slowed the services' core, as known work shows."""
    disturbed_factor: float | None = None
    """How many times as long known work then took."""
    too_noisy: bool = False
    """Whether so many blocks were disturbed that no cell is valid."""
    baseline: str | None = None
    """The service that this scenario's ratios are to: the run's baseline, or the first service where the baseline has
    no part; null: no service has."""

    @property
    def why_dropped(self) -> str:
        """Why blocks were dropped, each reason with how many; "" if none were."""
        told = [f"{why} ×{count}" for why, count in self.dropped.items()]
        if alone := self.dropped_blocks - sum(self.dropped.values()):
            baseline = self.services.get(self.baseline or "")
            kind = "good slice" if baseline is None or baseline.valid else "valid cell"
            told.append(f"no {kind} of {self.baseline} ×{alone}")
        return ", ".join(told)


@dataclass(frozen=True)
class Summary:
    """A run, judged: summary.json."""

    run: str
    context: dict[str, Any]
    baseline: str
    """The service that ratios are to, except in scenarios that name another."""
    scenarios: dict[str, Table]
    schema: int = SCHEMA


def measure(table: Table) -> str:
    """Which of a cell's ratios its table is ranked by: in a closed loop the undisturbed one, if it was measured."""
    if any(cell.undisturbed_ratio for cell in table.services.values()):
        return "undisturbed_ratio"
    return MEASURES[table.load]


def judge(folder: Folder) -> Summary:
    """Judges a run from its files alone and writes summary.json into its folder."""
    summary = of(folder.read_run(), *folder.read_all())
    folder.write_json("summary.json", summary)
    return summary


def of(run: Run, slices: Sequence[Slice], blocks: Sequence[Conditions] = ()) -> Summary:
    """The summary of a run; a pure function of its records: same records, same summary."""
    context = {
        "started": run.started,
        "command": run.command,
        "seed": run.seed,
        "load": run.load,
        "connections": run.connections,
        "slice_seconds": run.slice_seconds,
        "rounds": run.rounds,
        "generators": run.generators,
        "resumed": run.resumed,
        "ended": run.ended,
        "objective": run.objective,
        "precision": run.precision,
        "host": run.host,
        "calibration": run.calibration,
        # Older runs have none, and keep their bytes.
        **({"helpers": run.helpers} if run.helpers else {}),
        **({"scenario_connections": run.scenario_connections} if run.scenario_connections else {}),
        **({"websockets": run.websockets} if run.websockets else {}),
        "declared": {name: member.declared for name, member in run.services.items() if member.declared},
        "versions": {
            name: {key: member.about.get(key) for key in ("framework", "framework_version", "server", "server_version")}
            for name, member in run.services.items()
            if member.about
        },
    }
    return Summary(run.run, context, run.baseline, {grid.scenario: table(grid) for grid in _grids(run, slices, blocks)})


def counted(run: Run, slices: Sequence[Slice], blocks: Sequence[Conditions] = ()) -> dict[str, dict[str, list[Slice]]]:
    """The slices that a summary's numbers come from, by scenario and service: good ones of blocks that count."""
    return {grid.scenario: grid.good for grid in _grids(run, slices, blocks)}


def _grids(run: Run, slices: Sequence[Slice], blocks: Sequence[Conditions]) -> Iterator[Grid]:
    """One for each scenario of the run."""
    disturbed = gates.dropped(run, blocks)
    known = {one.block: one.known_work for one in blocks if one.known_work}
    return (Grid(run, scenario, slices, disturbed, known) for scenario in run.scenarios)


def widest(table: Table) -> float:
    """The widest half width, relative, among the ratios that a scenario is ranked by; infinite: it lacks one so far."""
    if table.too_noisy:
        return math.inf
    if not table.services:
        return 0.0
    main = measure(table)
    # A service that fails will never have a ratio; one with too few blocks will.
    awaited = [
        ratio
        for cell in table.services.values()
        if (ratio := getattr(cell, main)) or all(one.startswith(gates.TOO_FEW) for one in cell.reasons)
    ]
    return statistics.widest_half_width(awaited)


def table(grid: Grid, resamples: int = statistics.RESAMPLES) -> Table:
    """The table of one scenario."""
    if not grid.names:
        return Table(load=grid.run.load, blocks=0, dropped_blocks=0, services={})
    compared, totals, tried = _compare(grid, resamples), _total(grid), grid.trials()
    share, factor = undisturbed.disturbance(grid.known_work()) or (None, None)
    # Trials of capacities are not paired, and those that miss the objective say as much as those that meet it.
    alone = 0 if grid.run.load == "capacity" else int(np.isnan(grid.throughput[:, grid.baseline]).sum())
    return Table(
        load=grid.run.load,
        blocks=len(grid.measured),
        dropped_blocks=len(grid.disturbed) + alone,
        services={
            name: _cell(grid, column, compared, totals, tried.get(name)) for column, name in enumerate(grid.names)
        },
        dropped=dict(Counter(grid.disturbed.values())),
        disturbed_share=share,
        disturbed_factor=factor,
        too_noisy=grid.too_noisy,
        baseline=grid.names[grid.baseline],
    )


@dataclass(frozen=True)
class _Comparison:
    """What tells the services of a scenario apart, with an entry for each of them."""

    letters: Sequence[str]
    ratios: Intervals
    """Of what MEASURES has for the load."""
    cpu_ratios: Intervals
    capacities: Intervals
    undisturbed_us: Intervals
    undisturbed_ratios: Intervals
    ranking: Intervals
    """The ratios that the scenario is ranked by."""


def _compare(grid: Grid, resamples: int) -> _Comparison:
    rounds, seed, nothing = grid.rounds, grid.run.seed, [None] * len(grid.names)
    cpu_ratios = statistics.ratios(grid.cpu_per_request, grid.baseline, rounds, seed, resamples=resamples)
    if grid.run.load == "capacity":
        found = _capacities(grid, grid.trials())
        ratios, letters = statistics.independent_ratios(found, grid.baseline), statistics.independent_letters(found)
        return _Comparison(letters, ratios, cpu_ratios, found, nothing, nothing, ranking=ratios)
    ratios = statistics.ratios(grid.outcome, grid.baseline, rounds, seed, resamples=resamples)
    if (costs := grid.costs(min(resamples, undisturbed.RESAMPLES))) is not None:
        ranking = undisturbed.ratios(costs, grid.baseline)
        # Where too little is known of a baseline that is well, nobody can be compared with it in this way.
        if any(ranking) or not grid.compared[grid.baseline]:
            each, letters = undisturbed.each(costs), undisturbed.letters(costs)
            return _Comparison(letters, ratios, cpu_ratios, nothing, each, ranking, ranking)
    # The best has the first letter: the highest rate, or the lowest latency.
    better = 1 / grid.outcome if grid.run.load == "open" else grid.outcome
    letters = statistics.letters(better, rounds, seed, resamples=resamples)
    return _Comparison(letters, ratios, cpu_ratios, nothing, nothing, nothing, ranking=ratios)


def _capacities(grid: Grid, tried: Mapping[str, Trials]) -> Intervals:
    return [capacity.interval(tried[name]) if name in tried else None for name in grid.names]


@dataclass(frozen=True)
class _Totals:
    """Sums over all good slices by sums, with an entry for each service."""

    throughput_per_second: Intervals
    cpu_us: Intervals
    cpu_user_us: Intervals
    cpu_system_us: Intervals
    helper_cpu_us: Mapping[str, Intervals]
    """By helper."""


def _total(grid: Grid) -> _Totals:
    def per_request(used_us: statistics.Floats) -> Intervals:
        return statistics.totals(used_us, grid.requests, grid.rounds)

    return _Totals(
        throughput_per_second=statistics.totals(grid.requests, grid.seconds, grid.rounds),
        cpu_us=per_request(grid.cpu_us),
        cpu_user_us=per_request(grid.matrix(lambda one: one.cpu_user_us)),
        cpu_system_us=per_request(grid.matrix(lambda one: one.cpu_system_us)),
        helper_cpu_us={
            name: per_request(grid.matrix(lambda one, name=name: one.helper_cpu_us.get(name)))  # type: ignore[misc]
            for name in grid.helpers
        },
    )


def _cell(grid: Grid, column: int, compared: _Comparison, totals: _Totals, tried: Trials | None) -> Cell:
    name = grid.names[column]
    member, own, good = grid.run.services[name], grid.of_service[name], grid.good[name]
    reasons = _reasons(grid, name)
    memory = [one.memory_bytes for one in own if one.memory_bytes is not None]
    cell = Cell(
        role=member.role,
        valid=not reasons,
        reasons=reasons,
        group=compared.letters[column],
        requests=sum(one.requests for one in good),
        errors=sum(sum(one.errors.values()) for one in own),
        throughput_per_second=totals.throughput_per_second[column],
        throughput_ratio=compared.ratios[column] if grid.run.load == "closed" else None,
        cpu_us_per_request=totals.cpu_us[column],
        cpu_ratio=compared.cpu_ratios[column],
        latency_us=_percentiles(one.latency for one in good),
        memory_bytes=Memory(member.memory_idle_bytes, max(memory, default=None)),
        twin_of=member.twin_of,
        at_once=member.at_once,
        within=_within(compared.ranking[column]) if column != grid.baseline else None,
        unanswered=sum(one.unanswered for one in good),
        undisturbed_us_per_request=compared.undisturbed_us[column],
        undisturbed_ratio=compared.undisturbed_ratios[column],
        instructions_per_request=grid.run.instructions.get(grid.scenario, {}).get(name),
        cpu_user_us_per_request=totals.cpu_user_us[column],
        cpu_system_us_per_request=totals.cpu_system_us[column],
        latency_interval_us=_percentile_intervals(good) if grid.run.schema >= _PERCENTILE_INTERVALS else UNSET,
    )
    if grid.run.schema >= _HELPERS:
        cell = replace(
            cell,
            first_byte_us=_percentiles(one.first_byte for one in good) if any(one.first_byte for one in good) else None,
            helper_cpu_us_per_request={name: each[column] for name, each in totals.helper_cpu_us.items()} or None,
            memory_per_connection_bytes=_per_connection(grid, name, cell.memory_bytes.peak),
        )
    if grid.run.load != "closed":
        cell = replace(
            cell,
            offered_per_second=_offered(good),
            service_us=_percentiles(one.service_time for one in good),
            slip_us=_percentiles(one.slip for one in good),
        )
    if grid.run.load == "open":
        return replace(cell, latency_ratio=compared.ratios[column])
    if grid.run.load == "capacity":
        return _with_capacity(cell, compared.capacities[column], compared.ratios[column], tried)
    return cell


def _with_capacity(cell: Cell, found: Interval | None, ratio: Interval | None, tried: Trials | None) -> Cell:
    bounds = capacity.bounds(tried) if tried and found is None else None
    return replace(
        cell,
        capacity_per_second=found,
        capacity_ratio=ratio,
        capacity_at_least=bounds.at_least if bounds else None,
        capacity_at_most=bounds.at_most if bounds else None,
        never_met=bool(tried and tried.met and not any(tried.met)),
    )


def _per_connection(grid: Grid, name: str, peak: int | None) -> float | None:
    before = grid.run.services[name].memory_before_bytes.get(grid.scenario)
    if before is None or peak is None:
        return None
    return max(0, peak - before) / grid.run.connections_in(grid.scenario)


def _reasons(grid: Grid, name: str) -> list[str]:
    """Why the cell is invalid. That the host was too noisy is also why there are too few blocks."""
    reasons = grid.reasons[name]
    if not grid.too_noisy or not grid.run.services[name].answers(grid.scenario):
        return reasons
    return [gates.TOO_NOISY, *(one for one in reasons if not one.startswith(gates.TOO_FEW))]


def _percentiles(histograms: Iterable[histogram.Histogram]) -> dict[str, float | None]:
    found = histogram.percentiles_us(histogram.add(histograms), list(PERCENTILES.values()))
    return dict(zip(PERCENTILES, found, strict=True)) if found else dict.fromkeys(PERCENTILES)


def _percentile_intervals(slices: Sequence[Slice]) -> dict[str, Interval | None]:
    rounds = np.array([one.round for one in slices], dtype=np.int64)
    found = percentiles.intervals([one.latency for one in slices], rounds, list(PERCENTILES.values()))
    return dict(zip(PERCENTILES, found, strict=True))


def _offered(slices: Sequence[Slice]) -> float | None:
    rates = [one.offered_per_second for one in slices if one.offered_per_second is not None]
    return sum(rates) / len(rates) if rates else None


def _within(ratio: Interval | None) -> float | None:
    """The smallest of WITHIN that the interval's both ends keep."""
    if ratio is None:
        return None
    return next((one for one in WITHIN if 1 / (1 + one) <= ratio.low and ratio.high <= 1 + one), None)


def ranked(table: Table) -> list[tuple[str, Cell]]:
    """Cells by what the table is about, the best first; those without it come last."""
    sign = 1 if table.load == "open" else -1

    def key(item: tuple[str, Cell]) -> tuple[bool, float]:
        ratio: Interval | None = getattr(item[1], measure(table))
        return ratio is None, sign * ratio.estimate if ratio else 0.0

    return sorted(table.services.items(), key=key)
