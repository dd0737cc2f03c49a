"""From a run's records to its summary: what every table and page shows. Reads and writes the run's folder."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from levelground.judging import capacity, gates, statistics, undisturbed
from levelground.model import arrivals, histogram, trials
from levelground.model.folder import Folder
from levelground.model.interval import Interval
from levelground.model.record import SCHEMA, Conditions, Instructions, Run, Slice
from levelground.model.trials import Trials

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9}
WITHIN = (0.01, 0.02, 0.05)
"""How near to the baseline is worth saying."""
MEASURES = {"closed": "throughput_ratio", "open": "latency_ratio", "capacity": "capacity_ratio"}
"""Which of a cell's ratios its scenario is ranked by, and its letter is about, under each load; see `measure`."""


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
    """Tested, not assumed: the whole interval of the ratio is so near to 1 (0.02: within 2 % of the baseline)."""
    offered_per_second: float | None = None
    """Open loop: requests that were due."""
    unanswered: int = 0
    """Open loop: requests that were given up; the percentiles have them with their age at that moment."""
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
    """Where the capacity has no interval: the bounds that are known nevertheless."""
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
    """What of the CPU time was spent in the service's own code; null: this kernel does not tell."""
    cpu_system_us_per_request: Interval | None = None
    """What of the CPU time the kernel spent for the service; null as above."""


@dataclass(frozen=True)
class Table:
    """One scenario."""

    load: str
    blocks: int
    dropped_blocks: int
    """Blocks that count for no ratio: for what the host did in them, or because the baseline has no good slice."""
    services: dict[str, Cell]
    dropped: dict[str, int] = field(default_factory=dict)
    """How many blocks for what the host did in them."""
    disturbed_share: float | None = None
    """Of the time in which the services' core was slowed by something that is not ours, as known work shows it."""
    disturbed_factor: float | None = None
    """By which factor work then took longer."""
    too_noisy: bool = False
    """Whether so many were dropped that no cell is valid."""
    baseline: str | None = None
    """The service that this scenario's ratios are to: the run's baseline, or the first service if that has no part in
    it; null: none has."""


@dataclass(frozen=True)
class Summary:
    """A run, judged: summary.json."""

    run: str
    context: dict[str, Any]
    baseline: str
    """The service that ratios are to, but in scenarios that name another."""
    scenarios: dict[str, Table]
    schema: int = SCHEMA


def measure(table: Table) -> str:
    """Which of a cell's ratios its table is ranked by: in a closed loop the undisturbed one, if it was measured."""
    if any(cell.undisturbed_ratio for cell in table.services.values()):
        return "undisturbed_ratio"
    return MEASURES[table.load]


def judge(folder: Folder) -> Summary:
    """Judges a run from its files alone and writes summary.json into its folder."""
    summary = of(folder.read_run(), list(folder.read_slices()), list(folder.read_blocks()))
    folder.write_json("summary.json", summary)
    return summary


def of(run: Run, slices: Sequence[Slice], blocks: Sequence[Conditions] = ()) -> Summary:
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
        "ended": run.ended,
        "objective": run.objective,
        "precision": run.precision,
        "host": run.host,
        "calibration": run.calibration,
        "declared": {name: member.declared for name, member in run.services.items() if member.declared},
        "versions": {
            name: {key: member.about.get(key) for key in ("framework", "framework_version", "server", "server_version")}
            for name, member in run.services.items()
            if member.about
        },
    }
    dropped = gates.dropped(run, blocks)
    known = {one.block: one.known_work for one in blocks if one.known_work}
    tables = {name: _table(run, name, by_scenario.get(name, []), dropped, known) for name in run.scenarios}
    return Summary(run.run, context, run.baseline, tables)


def counted(run: Run, slices: Sequence[Slice], blocks: Sequence[Conditions] = ()) -> dict[str, dict[str, list[Slice]]]:
    """The slices that a summary's numbers come from, by scenario and service: good ones of blocks that count."""
    dropped = gates.dropped(run, blocks)
    found: dict[str, dict[str, list[Slice]]] = {name: defaultdict(list) for name in run.scenarios}
    for name, services in found.items():
        for one in _whole(run, name, [one for one in slices if one.scenario == name and not one.warmup]):
            if one.block not in dropped and gates.is_good(one):
                services[one.service].append(one)
    return found


def ratio_widths(
    run: Run, slices: Sequence[Slice], blocks: Sequence[Conditions], resamples: int = 200
) -> dict[str, float]:
    """The widest half width, relative, among the ratios that each scenario has by now; infinite: one has none yet.

    Cheap enough for mid-run; with as many resamples as the table has, exactly the table's.
    """
    dropped = gates.dropped(run, blocks)
    known = {one.block: one.known_work for one in blocks if one.known_work}
    return {name: _widest(run, name, slices, dropped, known, resamples) for name in run.scenarios}


def _widest(
    run: Run,
    scenario: str,
    slices: Sequence[Slice],
    dropped: Collection[int],
    known: Mapping[int, str],
    resamples: int,
) -> float:
    own = _whole(run, scenario, [one for one in slices if one.scenario == scenario and not one.warmup])
    measured = {one.block for one in own}
    dropped = measured.intersection(dropped)
    if gates.is_too_noisy(len(measured), len(dropped)):
        return math.inf
    grid = _Grid(run, scenario, own, dropped)
    if not grid.names:
        return 0.0
    if run.load == "capacity":
        intervals: Sequence[Interval | None] = _capacities(grid, _trials(run, own, dropped))[1]
    elif (costs := grid.costs(known, min(resamples, undisturbed.RESAMPLES))) is not None:
        intervals = undisturbed.ratios(costs, grid.baseline)
    else:
        intervals = statistics.ratios(grid.outcome, grid.baseline, grid.rounds, run.seed, resamples=resamples)
    # Who fails in something has no ratio to wait for; who only has too few blocks will have one.
    failed = [any(not one.startswith(gates.TOO_FEW) for one in grid.reasons[name]) for name in grid.names]
    if any(one is None and not given_up for one, given_up in zip(intervals, failed, strict=True)):
        return math.inf
    return statistics.widest_half_width(one for one in intervals if one)


class _Grid:
    """One scenario's slices as matrices of blocks × services; NaN where a service has no good slice in a block."""

    def __init__(self, run: Run, scenario: str, slices: Sequence[Slice], dropped: Collection[int]) -> None:
        self._run, self._scenario = run, scenario
        self.names = [name for name, member in run.services.items() if scenario not in member.left_out]
        self.baseline = self.names.index(run.baseline) if run.baseline in self.names else 0
        self.of_service: dict[str, list[Slice]] = {name: [] for name in self.names}
        blocks = {one.block for one in slices}
        self._row = {block: row for row, block in enumerate(sorted(blocks.difference(dropped)))}
        self.rounds = np.zeros(len(self._row), dtype=np.int64)
        for one in slices:
            self.of_service[one.service].append(one)
        self.reasons = {
            name: gates.verdict(run, name, scenario, own, blocks, dropped) for name, own in self.of_service.items()
        }
        for name, own in self.of_service.items():
            self.of_service[name] = [one for one in own if one.block in self._row]
            for one in self.of_service[name]:
                self.rounds[self._row[one.block]] = one.round
        self.requests = self._matrix(lambda one: one.requests)
        self.seconds = self._matrix(lambda one: one.seconds)
        self.cpu_us = self._matrix(lambda one: one.cpu_us)
        self.cpu_user_us = self._matrix(lambda one: one.cpu_user_us)
        self.cpu_system_us = self._matrix(lambda one: one.cpu_system_us)
        # What only the generator held back is still compared; what failed is not.
        self.compared = compared = np.array(
            [set(self.reasons[name]) <= {"generator-bound"} for name in self.names], dtype=bool
        )
        self.throughput = np.where(compared, self.requests / self.seconds, np.nan)
        self.cpu_per_request = np.where(compared & (self.cpu_us > 0), self.cpu_us / self.requests, np.nan)
        self.outcome = self.throughput
        """What ratios and letters are about, unless the load is capacity."""
        if run.load == "open":
            self.outcome = np.where(compared, self._matrix(_mean_latency), np.nan)

    def costs(self, known: Mapping[int, str], resamples: int) -> undisturbed.Costs | None:
        """The undisturbed costs; None if arrivals were not recorded, or the load is none that saturates."""
        answers = self._run.window_answers.get(self._scenario)
        labels = sorted(set(self.rounds.tolist()))
        if not answers or not labels or self._run.load != "closed":
            return None
        place: dict[int, tuple[int, int]] = {}
        """Of each block: its round, and its row there."""
        for block, row in self._row.items():
            number = labels.index(int(self.rounds[row]))
            place[block] = number, sum(1 for other, _ in place.values() if other == number)
        sizes = [int((self.rounds == label).sum()) for label in labels]
        nothing = np.empty(0)
        gaps = [[[nothing] * size for _ in self.names] for size in sizes]
        pieces = [[nothing] * size for size in sizes]
        for block, (number, row) in place.items():
            pieces[number][row] = arrivals.unpack(known.get(block, ""))
        for column, name in enumerate(self.names):
            for one in self.of_service[name] if self.compared[column] else ():
                if gates.is_good(one):
                    number, row = place[one.block]
                    gaps[number][column][row] = arrivals.unpack(one.arrivals)
        return undisturbed.costs(gaps, pieces, answers, self._run.seed, resamples)

    def _matrix(self, value: Callable[[Slice], float | None]) -> statistics.Floats:
        result = np.full((len(self._row), len(self.names)), np.nan)
        for column, name in enumerate(self.names):
            for one in self.of_service[name]:
                if gates.is_good(one) and (number := value(one)) is not None:
                    result[self._row[one.block], column] = number
        return result


def _mean_latency(one: Slice) -> float | None:
    return histogram.mean_us(one.latency)


def _whole(run: Run, scenario: str, slices: Sequence[Slice]) -> list[Slice]:
    """All slices but those of a block that was broken off: the last of a round, if a service is missing in it."""
    blocks: dict[int, set[str]] = defaultdict(set)
    last: dict[int, int] = {}
    for one in slices:
        blocks[one.block].add(one.service)
        last[one.round] = max(one.block, last.get(one.round, 0))
    meant = {name for name, member in run.services.items() if member.answers(scenario)}
    cut = {block for block in last.values() if not meant <= blocks[block]}
    return [one for one in slices if one.block not in cut]


def _table(
    run: Run, scenario: str, slices: Sequence[Slice], disturbed: Mapping[int, str], known: Mapping[int, str]
) -> Table:
    slices = _whole(run, scenario, slices)
    measured = {one.block for one in slices}
    disturbed = {block: why for block, why in disturbed.items() if block in measured}
    grid = _Grid(run, scenario, slices, disturbed)
    if not grid.names:
        return Table(load=run.load, blocks=0, dropped_blocks=0, services={})
    baseline, rounds = grid.baseline, grid.rounds
    cpu_ratios = statistics.ratios(grid.cpu_per_request, baseline, rounds, run.seed)
    capacities: Sequence[Interval | None] = [None] * len(grid.names)
    of_service = _trials(run, slices, disturbed)
    if run.load == "capacity":
        capacities, ratios, letters = _capacities(grid, of_service)
    else:
        ratios = statistics.ratios(grid.outcome, baseline, rounds, run.seed)
        # The best has the first letter: the highest rate, or the lowest latency.
        letters = statistics.letters(1 / grid.outcome if run.load == "open" else grid.outcome, rounds, run.seed)
    each: Sequence[Interval | None] = [None] * len(grid.names)
    undisturbed_ratios = each
    if (costs := grid.costs(known, undisturbed.RESAMPLES)) is not None:
        each, undisturbed_ratios = undisturbed.each(costs), undisturbed.ratios(costs, baseline)
        letters = undisturbed.letters(costs)
    rates = statistics.totals(grid.requests, grid.seconds, rounds)
    cpu_each, user_each, system_each = (
        statistics.totals(used, grid.requests, rounds) for used in (grid.cpu_us, grid.cpu_user_us, grid.cpu_system_us)
    )
    too_noisy = gates.is_too_noisy(len(measured), len(disturbed))
    cells: dict[str, Cell] = {}
    for column, name in enumerate(grid.names):
        member, own = run.services[name], grid.of_service[name]
        good = [one for one in own if gates.is_good(one)]
        reasons = grid.reasons[name]
        if too_noisy and member.answers(scenario):
            reasons = [gates.TOO_NOISY, *(one for one in reasons if not one.startswith(gates.TOO_FEW))]
        memory = [one.memory_bytes for one in own if one.memory_bytes is not None]
        is_open = run.load != "closed"
        tried = of_service.get(name)
        bounds = capacity.bounds(tried) if tried and capacities[column] is None else None
        cells[name] = Cell(
            role=member.role,
            valid=not reasons,
            reasons=reasons,
            group=letters[column],
            requests=sum(one.requests for one in good),
            errors=sum(sum(one.errors.values()) for one in own),
            throughput_per_second=rates[column],
            throughput_ratio=ratios[column] if run.load == "closed" else None,
            cpu_us_per_request=cpu_each[column],
            cpu_ratio=cpu_ratios[column],
            latency_us=_percentiles(one.latency for one in good),
            memory_bytes=Memory(member.memory_idle_bytes, max(memory, default=None)),
            twin_of=member.twin_of,
            at_once=member.at_once,
            within=_within(undisturbed_ratios[column] if costs else ratios[column]) if column != baseline else None,
            offered_per_second=_offered(good) if is_open else None,
            unanswered=sum(one.unanswered for one in good),
            latency_ratio=ratios[column] if run.load == "open" else None,
            service_us=_percentiles(one.service_time for one in good) if is_open else {},
            slip_us=_percentiles(one.slip for one in good) if is_open else {},
            capacity_per_second=capacities[column],
            capacity_ratio=ratios[column] if run.load == "capacity" else None,
            capacity_at_least=bounds.at_least if bounds else None,
            capacity_at_most=bounds.at_most if bounds else None,
            never_met=bool(tried and tried.met and not any(tried.met)),
            undisturbed_us_per_request=each[column],
            undisturbed_ratio=undisturbed_ratios[column],
            instructions_per_request=run.instructions.get(scenario, {}).get(name),
            cpu_user_us_per_request=user_each[column],
            cpu_system_us_per_request=system_each[column],
        )
    disturbance = undisturbed.disturbance([arrivals.unpack(known[one]) for one in measured if one in known])
    missing = int(np.isnan(grid.throughput[:, baseline]).sum())
    return Table(
        load=run.load,
        blocks=len(measured),
        dropped_blocks=len(disturbed) + missing,
        services=cells,
        dropped=dict(Counter(disturbed.values())),
        disturbed_share=disturbance[0] if disturbance else None,
        disturbed_factor=disturbance[1] if disturbance else None,
        too_noisy=too_noisy,
        baseline=grid.names[baseline],
    )


def _percentiles(histograms: Iterable[histogram.Histogram]) -> dict[str, float | None]:
    total = histogram.add(histograms)
    return {key: histogram.percentile_us(total, percent) for key, percent in PERCENTILES.items()}


def _offered(slices: Sequence[Slice]) -> float | None:
    rates = [one.offered_per_second for one in slices if one.offered_per_second is not None]
    return sum(rates) / len(rates) if rates else None


def _within(ratio: Interval | None) -> float | None:
    """The smallest of WITHIN that the interval's both ends keep."""
    if ratio is None:
        return None
    return next((one for one in WITHIN if 1 / (1 + one) <= ratio.low and ratio.high <= 1 + one), None)


def _trials(run: Run, slices: Sequence[Slice], dropped: Collection[int]) -> Mapping[str, Trials]:
    """The trials of each service in a search for capacity, from the slices of one scenario; empty for other loads."""
    kept = [one for one in slices if one.block not in dropped]
    scenario = next((one.scenario for one in kept), "")
    return trials.of_run(run, kept).get(scenario, {})


def _capacities(
    grid: _Grid, of_service: Mapping[str, Trials]
) -> tuple[list[Interval | None], list[Interval | None], list[str]]:
    """Capacities, their ratios to the baseline, and letters."""
    found = [capacity.interval(of_service[name]) if name in of_service else None for name in grid.names]
    return found, statistics.independent_ratios(found, grid.baseline), statistics.independent_letters(found)


def ranked(table: Table) -> list[tuple[str, Cell]]:
    """Cells by what the table is about, the best first; those without it come last."""
    sign = 1 if table.load == "open" else -1

    def key(item: tuple[str, Cell]) -> tuple[bool, float]:
        ratio: Interval | None = getattr(item[1], measure(table))
        return ratio is None, sign * ratio.estimate if ratio else 0.0

    return sorted(table.services.items(), key=key)
