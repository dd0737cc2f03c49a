"""A run as Prometheus sees it: counters, histograms and gauges that follow its records. Reads no file.

Counters count from the start of the process, through all runs that it follows, and leave warm-ups out. Only the cells
of the newest run are shown, so what an export costs does not grow with the number of runs.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from levelground.judging import gates, undisturbed
from levelground.judging import summary as judged
from levelground.judging.summary import Table
from levelground.model import arrivals, histogram
from levelground.model.arrivals import Floats
from levelground.model.record import Conditions, Member, Run, Slice

BUCKETS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper edges of the latency histogram in seconds; one more bucket has no upper edge."""
KNOWN_BLOCKS = 20
"""How many blocks with known work say how disturbed the host is."""
CELL = ("service", "scenario")


@dataclass(frozen=True)
class Counted[Record]:
    """One counter: what a record adds to it."""

    name: str
    help: str
    of: Callable[[Run, Record], float | None]
    """None: it was not measured."""
    is_always_measured: bool = True
    """If so, it is shown at 0 before the first record, since a rate misses the first value of a series."""


def _seconds(us: float | None) -> float | None:
    return None if us is None else us / 1e6


def _is_open(run: Run) -> bool:
    return run.load != "closed"


def _is_telling(run: Run, one: Slice) -> bool:
    """Whether a slice shows which connections starved."""
    return not _is_open(run) and one.requests >= gates.SERVED * run.connections_in(one.scenario)


def _late(one: Slice) -> int:
    return sum(count for bucket, count in one.slip.items() if histogram.middle_us(bucket) > gates.LATE_US)


GOOD: tuple[Counted[Slice], ...] = (
    Counted("levelground_requests", "Right answers, in slices without errors.", lambda _, one: one.requests),
    Counted(
        "levelground_slice_seconds",
        "Time of slices without errors. Services are measured in turns: divide by this, not by the time on the clock.",
        lambda _, one: one.seconds,
    ),
    Counted(
        "levelground_cpu_seconds",
        "CPU time of the service's container in slices without errors.",
        lambda _, one: _seconds(one.cpu_us),
        is_always_measured=False,
    ),
    Counted(
        "levelground_cpu_user_seconds",
        "The part of its CPU time in the service's own code; no series where the kernel does not tell.",
        lambda _, one: _seconds(one.cpu_user_us),
        is_always_measured=False,
    ),
    Counted(
        "levelground_cpu_system_seconds",
        "The part of its CPU time that the kernel spent for the service; no series where the kernel does not tell.",
        lambda _, one: _seconds(one.cpu_system_us),
        is_always_measured=False,
    ),
    Counted(
        "levelground_helpers_cpu_seconds",
        "CPU time of the helpers (database, upstream) in slices without errors; no series where none could tell.",
        lambda _, one: _seconds(sum(one.helper_cpu_us.values())) if one.helper_cpu_us or not one.asked else None,
        is_always_measured=False,
    ),
    Counted(
        "levelground_generator_cpu_seconds",
        "CPU time of the generator in slices without errors, without waiting.",
        lambda _, one: one.generator_cpu_us / 1e6,
    ),
    Counted(
        "levelground_offered_requests",
        "Open loop: requests that were due.",
        lambda run, one: one.offered if _is_open(run) else None,
        is_always_measured=False,
    ),
    Counted(
        "levelground_sent_requests",
        "Open loop: requests whose lateness is known.",
        lambda run, one: sum(one.slip.values()) if _is_open(run) else None,
        is_always_measured=False,
    ),
    Counted(
        "levelground_late_requests",
        "Open loop: requests that the generator sent over 1 ms too late.",
        lambda run, one: _late(one) if _is_open(run) else None,
        is_always_measured=False,
    ),
    Counted(
        "levelground_unanswered_requests",
        "Open loop: requests that were given up before they were answered.",
        lambda run, one: one.unanswered if _is_open(run) else None,
        is_always_measured=False,
    ),
)
"""What good slices add to."""

ALL: tuple[Counted[Slice], ...] = (
    Counted("levelground_slices", "Slices that were measured, with errors or without.", lambda _, one: 1),
    Counted("levelground_failed_slices", "Slices in which something failed.", lambda _, one: bool(one.errors)),
    Counted("levelground_reconnects", "Connections that were opened again.", lambda _, one: one.reconnects),
    Counted(
        "levelground_starved_connections",
        "Closed loop: connections without any answer in a slice in which the others were served.",
        lambda run, one: one.starved if _is_telling(run, one) else None,
        is_always_measured=False,
    ),
    Counted(
        "levelground_watched_connections",
        "Closed loop: connections in slices that tell whether some of them starved.",
        lambda run, one: run.connections_in(one.scenario) if _is_telling(run, one) else None,
        is_always_measured=False,
    ),
    Counted(
        "levelground_throttled_periods",
        "Periods in which a CPU quota stopped the service.",
        lambda _, one: one.throttled,
    ),
    Counted(
        "levelground_out_of_memory_kills",
        "Processes of the service that the kernel killed for lack of memory.",
        lambda _, one: one.out_of_memory,
    ),
    Counted("levelground_restarts", "Restarts of the service within a round.", lambda _, one: one.restarted),
)
"""What all slices add to."""

HOST: tuple[Counted[Conditions], ...] = (
    Counted("levelground_block_seconds", "Time of all blocks.", lambda _, one: one.seconds),
    Counted(
        "levelground_measuring_cpu_seconds",
        "Time of all blocks by the number of the services' and the generator's CPUs.",
        lambda run, one: one.seconds * gates.measuring_cpus(run),
    ),
    Counted(
        "levelground_stolen_seconds",
        "Time in which the hypervisor ran something else on the services' and the generator's CPUs.",
        lambda _, one: _seconds(one.stolen_us),
    ),
    Counted(
        "levelground_foreign_seconds",
        "CPU time on the services' CPUs that no service of the run used; no series if it could not be read.",
        lambda _, one: _seconds(one.foreign_us),
        is_always_measured=False,
    ),
    Counted(
        "levelground_generator_delayed_seconds",
        "Time in which the generator was ready to run and something else had its CPU.",
        lambda _, one: _seconds(one.delayed_us),
        is_always_measured=False,
    ),
)
"""What blocks add to."""


@dataclass
class _Cell:
    """One service in one scenario, since the process began."""

    counts: dict[str, float] = field(default_factory=dict)
    # Shown at 0 too; other kinds have a series from their first error on.
    errors: Counter[str] = field(default_factory=lambda: Counter({"wrong answer": 0}))
    latency: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    latency_seconds: float = 0.0
    memory_bytes: int | None = None


class Metrics(Collector):
    """What is exported. Begin a run before its records are added."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._cells: dict[tuple[str, str], _Cell] = {}
        self._shown: dict[tuple[str, str], _Cell] = {}
        self._host: dict[str, float] = {}
        self._blocks: Counter[str] = Counter()
        self._dropped: Counter[tuple[str, str]] = Counter()
        self._window: list[Conditions] = []
        self._known: deque[Floats] = deque(maxlen=KNOWN_BLOCKS)
        self._elapsed_seconds = 0.0
        self._tables: dict[str, Table] = {}

    def begin(self, run: Run) -> None:
        """From here on, records are those of this run."""
        self._judge_window(self._window)
        self._window = []
        self._run, self._tables, self._elapsed_seconds = run, {}, 0.0
        self._known.clear()
        names = [(name, scenario) for scenario in run.scenarios for name in run.services]
        self._shown = {
            (name, scenario): self._cells.setdefault((name, scenario), _Cell())
            for name, scenario in names
            if run.services[name].answers(scenario)
        }
        for cell in self._shown.values():
            cell.memory_bytes = None

    def judge(self, tables: Mapping[str, Table]) -> None:
        """The newest judgement of some of the run's scenarios."""
        self._tables.update(tables)

    def add_slice(self, one: Slice) -> None:
        assert self._run is not None
        self._elapsed_seconds = max(self._elapsed_seconds, one.start_seconds + one.seconds)
        cell = self._shown.get((one.service, one.scenario))
        if cell is None or one.warmup:
            return
        if one.memory_bytes is not None:
            cell.memory_bytes = one.memory_bytes
        cell.errors.update(one.errors)
        _count(cell.counts, ALL, self._run, one)
        if not gates.is_good(one):
            return
        _count(cell.counts, GOOD, self._run, one)
        for bucket, count in one.latency.items():
            place, seconds = _place(bucket)
            cell.latency[place] += count
            cell.latency_seconds += seconds * count

    def add_block(self, one: Conditions) -> None:
        assert self._run is not None
        if one.known_work:
            self._known.append(arrivals.unpack(one.known_work))
        if one.warmup:
            return
        self._blocks[one.scenario] += 1
        _count(self._host, HOST, self._run, one)
        # The newest window may still grow.
        *whole, self._window = gates.windows([*self._window, one])
        for window in whole:
            self._judge_window(window)

    def _judge_window(self, window: Sequence[Conditions]) -> None:
        if self._run is not None:
            scenarios = {one.block: one.scenario for one in window}
            for block, why in gates.disturbed(window, gates.measuring_cpus(self._run)).items():
                self._dropped[scenarios[block], why] += 1

    def collect(self) -> Iterator[Metric]:
        """All families; none before the first run."""
        if self._run is None:
            return
        yield from self._about(self._run)
        for counted in (*GOOD, *ALL):
            yield _counters(counted, CELL, [(key, cell.counts) for key, cell in self._shown.items()])
        yield from self._measured()
        for of_block in HOST:
            yield _counters(of_block, (), [((), self._host)])
        yield from self._conditions(self._run)
        if self._tables:
            yield from _judgement(self._tables)

    def _about(self, run: Run) -> Iterator[Metric]:
        info = InfoMetricFamily("levelground_run", "The newest run.")
        info.add_metric((), {"run": run.run, "load": run.load, "baseline": run.baseline, "seed": str(run.seed)})
        yield info
        yield _gauge("levelground_run_started_timestamp_seconds", "When it began.", (), [((), _timestamp(run.started))])
        yield _gauge("levelground_run_elapsed_seconds", "How long it has been.", (), [((), self._elapsed_seconds)])
        yield _gauge("levelground_connections", "To each service.", (), [((), run.connections)])
        services = InfoMetricFamily("levelground_service", "What a service is.", labels=("service",))
        for name, member in run.services.items():
            services.add_metric((name,), {key: value for key, value in _described(member).items() if value})
        yield services
        idle = [((name,), member.memory_idle_bytes) for name, member in run.services.items()]
        yield _gauge("levelground_memory_idle_bytes", "Memory before the first slice.", ("service",), idle)

    def _measured(self) -> Iterator[Metric]:
        errors = CounterMetricFamily("levelground_errors", "What failed, by kind.", labels=(*CELL, "kind"))
        latency = HistogramMetricFamily(
            "levelground_latency_seconds",
            "Latencies of right answers in slices without errors; in an open loop from when requests were due.",
            labels=CELL,
        )
        for key, cell in self._shown.items():
            for kind, count in cell.errors.items():
                errors.add_metric((*key, kind), count)
            edges = [*map(str, BUCKETS), "+Inf"]
            latency.add_metric(
                key, list(zip(edges, accumulate(cell.latency), strict=True)), sum_value=cell.latency_seconds
            )
        yield errors
        yield latency
        memory = [(key, cell.memory_bytes) for key, cell in self._shown.items()]
        yield _gauge(
            "levelground_memory_bytes", "Memory of the service's container after its last slice.", CELL, memory
        )

    def _conditions(self, run: Run) -> Iterator[Metric]:
        blocks = CounterMetricFamily("levelground_blocks", "Blocks that came to their end.", labels=("scenario",))
        dropped = CounterMetricFamily(
            "levelground_blocks_dropped",
            "Blocks that the host disturbed, by how it did.",
            labels=("scenario", "reason"),
        )
        for scenario in run.scenarios:
            blocks.add_metric((scenario,), self._blocks[scenario])
            for reason in gates.DISTURBANCES:
                dropped.add_metric((scenario, reason), self._dropped[scenario, reason])
        yield blocks
        yield dropped
        share, factor = undisturbed.disturbance(list(self._known)) or (None, None)
        yield _gauge(
            "levelground_known_work_disturbed_ratio",
            f"The share of the time in which known work was disturbed, over the last {KNOWN_BLOCKS} blocks.",
            (),
            [((), share)],
        )
        yield _gauge(
            "levelground_known_work_slowdown_ratio", "How many times as long disturbed work took.", (), [((), factor)]
        )


def _judgement(tables: Mapping[str, Table]) -> Iterator[Metric]:
    """What the run's tables say by now."""
    ratio = GaugeMetricFamily(
        "levelground_baseline_ratio",
        "The ratio to the baseline that the table is ranked by, with its 95 % interval; in an open loop of latencies.",
        labels=(*CELL, "measure", "bound"),
    )
    cost = GaugeMetricFamily(
        "levelground_undisturbed_seconds_per_request",
        "Closed loop: what an answer costs while nothing outside the service slows its core.",
        labels=CELL,
    )
    valid = GaugeMetricFamily("levelground_cell_valid", "1: no gate makes the cell invalid; 0: one does.", labels=CELL)
    gate = GaugeMetricFamily(
        "levelground_cell_gate", "1 for each gate that makes a cell invalid.", labels=(*CELL, "gate")
    )
    for scenario, table in tables.items():
        measure = judged.measure(table)
        for name, cell in table.services.items():
            if (interval := getattr(cell, measure)) is not None:
                for bound, value in vars(interval).items():
                    ratio.add_metric((name, scenario, measure.removesuffix("_ratio"), bound), value)
            if cell.undisturbed_us_per_request is not None:
                cost.add_metric((name, scenario), cell.undisturbed_us_per_request.estimate / 1e6)
            valid.add_metric((name, scenario), cell.valid)
            for kind in {reason.partition(":")[0] for reason in cell.reasons}:
                gate.add_metric((name, scenario, kind), 1)
    yield from (ratio, cost, valid, gate)


def _count[Record](counts: dict[str, float], counted: Sequence[Counted[Record]], run: Run, one: Record) -> None:
    for each in counted:
        if (value := each.of(run, one)) is not None:
            counts[each.name] = counts.get(each.name, 0) + value


def _counters(
    counted: Counted[Any], labels: Sequence[str], counts: Iterable[tuple[Sequence[str], Mapping[str, float]]]
) -> CounterMetricFamily:
    family = CounterMetricFamily(counted.name, counted.help, labels=labels)
    for key, of_key in counts:
        if counted.is_always_measured or counted.name in of_key:
            family.add_metric(key, of_key.get(counted.name, 0))
    return family


def _gauge(
    name: str, help: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float | None]]
) -> GaugeMetricFamily:
    """What was not measured has no series."""
    family = GaugeMetricFamily(name, help, labels=labels)
    for key, value in values:
        if value is not None:
            family.add_metric(key, value)
    return family


@cache
def _place(bucket: int) -> tuple[int, float]:
    """Which of BUCKETS holds a bucket of the records' own histograms, by its middle, and that middle in seconds."""
    seconds = histogram.middle_us(bucket) / 1e6
    return bisect_left(BUCKETS, seconds), seconds


def _described(member: Member) -> dict[str, str]:
    about = member.about or {}
    told = {key: str(about.get(key) or "") for key in ("framework", "framework_version", "server", "server_version")}
    return {"role": member.role, "twin_of": member.twin_of or "", **told}


def _timestamp(told: str) -> float:
    return datetime.fromisoformat(told).timestamp()
