"""The figures of a report: from a run's numbers to a plot, with the table that says the same."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from msgspec import UNSET

from levelground.judging.summary import Cell, Table, measure, ranked
from levelground.model import histogram
from levelground.model.count import LARGEST_SPREAD
from levelground.model.footprint import Footprint, Sample
from levelground.model.interval import Interval
from levelground.model.objective import Objective
from levelground.model.record import Run, Slice
from levelground.showing import charts, listing, palette, rounding, table
from levelground.showing.charts import Dot, Point, Spec, Step
from levelground.showing.listing import Field, Listing
from levelground.showing.palette import Look
from levelground.stand.catalog import ROLES

BEYOND = 10
"""A percentile is drawn if so many answers were slower."""
_BAND = math.log(1.15)
"""Trials whose rates are nearer than this are shown together."""
_PER_DECADE = 14
_PERCENTS = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9, "p9999": 99.99}


@dataclass(frozen=True)
class Figure:
    """A plot and its table; a figure without a plot is the table alone."""

    name: str
    title: str
    caption: str
    spec: Spec | None
    listing: Listing
    is_open: bool = False
    """Whether the table is in sight from the start."""


class Looks:
    """How every service is drawn, by its place in the catalogue."""

    def __init__(self, catalogue: Sequence[str]) -> None:
        self.catalogue = catalogue

    def of(self, services: Sequence[str]) -> dict[str, Look]:
        return {name: palette.look(name, self.catalogue) for name in services}


def of_scenario(
    run: Run, scenario: str, found: Table, counted: Mapping[str, Sequence[Slice]], looks: Looks
) -> list[Figure]:
    """All figures of a scenario that its load has, the ratios first."""
    own = looks.of(list(found.services))
    figures = [ratios(run, scenario, found, own)]
    if found.load == "closed":
        figures.append(costs(scenario, found, own))
    if found.load == "open":
        figures.append(latencies(scenario, found, own))
    if found.load == "capacity":
        figures += [capacities(scenario, found, own), trials(run, scenario, counted, own)]
    figures.append(distribution(scenario, found, counted, own, latency_word(run, scenario)))
    figures.append(first_bytes(scenario, found, counted, own))
    return [one for one in figures if one.listing.count]


def latency_word(run: Run, scenario: str) -> str:
    """What a latency of this scenario is called."""
    return table.ROUND_TRIP if scenario in run.websockets else "latency"


# The main table, and the plot of its ratios.


def _interval(key: str, title: str) -> Field[table.Row]:
    return Field(key, title, lambda row: rounding.interval(getattr(row.cell, key)))


def _estimate(key: str, title: str) -> Field[table.Row]:
    return Field(key, title, lambda row: rounding.estimate(getattr(row.cell, key)))


def _p99(row: table.Row) -> str:
    """With its interval, where it has one."""
    found = (row.cell.latency_interval_us or {}).get("p99")
    if found is None:
        return milliseconds(row.cell.latency_us.get("p99"))
    return rounding.interval(rounding.in_ms(found))


def _latency(key: str, title: str, of: str = "latency_us") -> Field[table.Row]:
    return Field(f"{of}_{key}", title, lambda row: milliseconds(getattr(row.cell, of).get(key)))


def _first_byte(key: str, title: str) -> Field[table.Row]:
    return Field(f"first_byte_us_{key}", title, lambda row: milliseconds(table.first_byte(row.cell, key)))


def _of_helper(helper: str, word: str) -> Field[table.Row]:
    return Field(
        f"helper_cpu_us_{helper}",
        f"{word} CPU µs/request",
        lambda row: rounding.estimate(table.helper_cpu(row.cell, helper)),
    )


def milliseconds(us: float | None) -> str:
    return "–" if us is None else rounding.digits(us / 1000)


def _instructions(row: table.Row) -> str:
    found = row.cell.instructions_per_request
    if found is None:
        return "–"
    half = found.estimate * max(found.spread, LARGEST_SPREAD) / 2
    return rounding.estimate(Interval(found.estimate, found.estimate - half, found.estimate + half))


def _peak(row: table.Row) -> str:
    peak = row.cell.memory_bytes.peak
    return "–" if peak is None else f"{peak / 2**20:,.0f}"


_LETTER = Field[table.Row]("group", "letter", lambda row: row.cell.group or "–", is_word=True)
_SERVICE = Field[table.Row]("service", "service", lambda row: row.service, is_word=True)
_COSTS = (
    _estimate("cpu_us_per_request", "CPU µs/request"),
    *(_of_helper(helper, word) for helper, word in table.HELPERS.items()),
    Field("instructions_per_request", "instructions/request", _instructions),
)
_END = (
    Field[table.Row]("errors", "errors", lambda row: f"{row.cell.errors:,}"),
    Field("verdict", "verdict", table.verdict, is_word=True),
)
_PEAK = Field("memory_peak", "peak MiB", _peak)
_PER_CONNECTION = Field[table.Row](
    "memory_per_connection", "KiB/connection", lambda row: table.per_connection(row.cell)
)
MAIN: Mapping[str, tuple[Field[table.Row], ...]] = {
    "closed": (
        *(_LETTER, _SERVICE, _interval("undisturbed_ratio", "undisturbed (95 %)")),
        _estimate("undisturbed_us_per_request", "µs/request"),
        *(_interval("throughput_ratio", "as it went (95 %)"), _estimate("throughput_per_second", "requests/s")),
        *(*_COSTS, _first_byte("p99", "first byte p99 ms"), _latency("p99", "p99 ms"), _PEAK, _PER_CONNECTION, *_END),
    ),
    "open": (
        *(_LETTER, _SERVICE, _interval("latency_ratio", "mean time ratio (95 %)")),
        Field("offered_per_second", "offered/s", lambda row: rounding.digits(row.cell.offered_per_second)),
        _estimate("throughput_per_second", "achieved/s"),
        *(_first_byte("p50", "first byte p50 ms"), _first_byte("p99", "first byte p99 ms"), _latency("p50", "p50 ms")),
        *(Field("latency_us_p99", "p99 ms (95 %)", _p99), _latency("p999", "p99.9 ms")),
        *(_latency("p99", "service p99 ms", "service_us"), *_COSTS, *_END),
    ),
    "capacity": (
        *(_LETTER, _SERVICE, _interval("capacity_ratio", "ratio (95 %)")),
        Field("capacity_per_second", "capacity/s (95 %)", table.capacity),
        *(*_COSTS, _PEAK, _PER_CONNECTION, *_END),
    ),
}
"""The columns of the main table under each load; those that are empty in every row are left out."""
_ALWAYS = {"group", "service", "errors", "verdict"}
_RATIO_TITLES = {
    "undisturbed_ratio": "speed, {} = 1",
    "throughput_ratio": "speed, {} = 1",
    "latency_ratio": "mean response time, {} = 1 (less is better)",
    "capacity_ratio": "capacity, {} = 1",
}


def ratios(run: Run, scenario: str, found: Table, looks: Mapping[str, Look]) -> Figure:
    """The ratios to the baseline: undisturbed and as it went, with letters, the twin's interval and the baseline."""
    main = measure(found)
    kinds = {"undisturbed_ratio": "undisturbed", "throughput_ratio": "as it went"}
    if main != "undisturbed_ratio":
        kinds = {main: "as it went"}
    dots = [
        Dot(name, kind, ratio.estimate, ratio.low, ratio.high, cell.group, rounding.interval(ratio))
        for name, cell in ranked(found)
        for key, kind in kinds.items()
        if (ratio := getattr(cell, key)) is not None
    ]
    twin = next((cell for cell in found.services.values() if cell.twin_of and cell.twin_of == found.baseline), None)
    twin_ratio: Interval | None = getattr(twin, main) if twin else None
    spec = None
    if dots:
        spec = charts.dots(
            dots,
            looks,
            title=_RATIO_TITLES[main].format(found.baseline),
            description=f"{scenario}: each service's ratio to {found.baseline} with its 95 % interval; the table below "
            "has the same numbers.",
            strong=[name for name, cell in found.services.items() if cell.role == "contender"],
            line=1.0,
            band=(twin_ratio.low, twin_ratio.high) if twin_ratio else None,
        )
    caption = "Letters stand at the right: services that share one cannot be told apart at 95 %. Contenders are bold."
    if len(kinds) > 1:
        caption = (
            "Filled: undisturbed, while nothing outside slowed the service's core. Hollow: as it went, the mean over "
            f"everything. {caption}"
        )
    if spec is None:
        caption = f"No service has a ratio to {found.baseline}: the verdicts say why."
    elif twin_ratio:
        caption += " The grey band is the twin's interval: the instrument's own error."
    return Figure(scenario, "Ratios", caption, spec, main_table(run, scenario, found), is_open=True)


def main_table(run: Run, scenario: str, found: Table) -> Listing:
    """A row for each service, role by role; its CSV has every number of summary.json."""
    connections = run.connections_in(scenario)
    rows = [table.Row(scenario, name, cell, found.baseline, connections) for name, cell in ranked(found)]
    fields = [one for one in MAIN[found.load] if one.key in _ALWAYS or any(one.text(row) != "–" for row in rows)]
    if scenario in run.websockets:
        fields = [
            replace(one, title=f"{table.ROUND_TRIP} {one.title}") if one.key.startswith("latency_us") else one
            for one in fields
        ]
    groups = {f"{role}s": [row for row in rows if row.cell.role == role] for role in ROLES}
    groups["others"] = [row for row in rows if row.cell.role not in ROLES]
    flat = [{"service": row.service} | _flat(asdict(row.cell)) for row in rows]
    keys = list(dict.fromkeys(key for row in flat for key in row))
    text = listing.as_csv(keys, [[row.get(key) for key in keys] for row in flat])
    return listing.of(scenario, f"{scenario}: ratios to {found.baseline}", fields, groups, text)


def _flat(cell: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in cell.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{key}.")
        elif value is UNSET:
            continue
        elif isinstance(value, list):
            flat[above + key] = "; ".join(map(str, value))
        else:
            flat[above + key] = value
    return flat


def costs(scenario: str, found: Table, looks: Mapping[str, Look]) -> Figure:
    """Throughput against CPU per request: how much of its core a service used, and what for."""
    both = [
        (name, cell.cpu_us_per_request, cell.throughput_per_second)
        for name, cell in ranked(found)
        if cell.cpu_us_per_request and cell.throughput_per_second
    ]
    points = [
        Point(
            service=name,
            x=cpu.estimate,
            x_low=cpu.low,
            x_high=cpu.high,
            y=rate.estimate,
            y_low=rate.low,
            y_high=rate.high,
            text=f"{rounding.estimate(rate)} requests/s, {rounding.estimate(cpu)} CPU µs/request",
        )
        for name, cpu, rate in both
    ]
    spec = None
    if points:
        spec = charts.scatter(
            points,
            looks,
            x_title="CPU µs per request",
            y_title="requests/s",
            description=f"{scenario}: requests per second against CPU time per request; the table below has the same "
            "numbers.",
        )
    rows = [_Cost(name, cpu, rate) for name, cpu, rate in both]
    return Figure(
        f"{scenario}-cpu",
        "Throughput against CPU per request",
        "As it went. Who keeps its core busy lies on one line from the upper left to the lower right; who lies below "
        "it left time unused.",
        spec,
        listing.of(f"{scenario}-cpu", f"{scenario}: throughput and CPU per request", _COST_FIELDS, {"": rows}),
    )


@dataclass(frozen=True)
class _Cost:
    service: str
    cpu: Interval
    rate: Interval


_COST_FIELDS = (
    Field[_Cost]("service", "service", lambda row: row.service, is_word=True),
    Field[_Cost]("cpu_us_per_request", "CPU µs/request (95 %)", lambda row: rounding.interval(row.cpu)),
    Field[_Cost]("throughput_per_second", "requests/s (95 %)", lambda row: rounding.interval(row.rate)),
    Field[_Cost]("busy", "share of one core", lambda row: f"{row.cpu.estimate * row.rate.estimate / 1e4:.0f} %"),
)


# Latencies.


def distribution(
    scenario: str,
    found: Table,
    counted: Mapping[str, Sequence[Slice]],
    looks: Mapping[str, Look],
    word: str = "latency",
) -> Figure:
    """The latency at every percentile, from all answers that count; `word` is what it is called."""
    since = {
        "closed": "A closed loop keeps every connection busy, so these are latencies of a saturated server.",
        "open": "Latencies count from when a request was due.",
        "capacity": "Over all rates that were tried, those beyond the capacity too.",
    }[found.load]
    if word == table.ROUND_TRIP:
        since = f"From when a message was sent until it was back. {since}"
    timed = [
        _Timed(name, cell.latency_us, histogram.add(one.latency for one in counted.get(name, ())))
        for name, cell in ranked(found)
    ]
    title = f"{word[0].upper()}{word[1:]} distribution"
    return _percentile_figure(f"{scenario}-latency", scenario, title, word, since, timed, looks)


def first_bytes(
    scenario: str, found: Table, counted: Mapping[str, Sequence[Slice]], looks: Mapping[str, Look]
) -> Figure:
    """Of streams: the time to the first byte at every percentile. Of other answers a figure without rows."""
    timed = [
        _Timed(name, cell.first_byte_us or {}, histogram.add(one.first_byte for one in counted.get(name, ())))
        for name, cell in ranked(found)
    ]
    return _percentile_figure(
        f"{scenario}-first-byte",
        scenario,
        "Time to the first byte",
        "time to the first byte",
        "From the same moment as the latency, which is to the last byte, to the first byte of the body.",
        timed,
        looks,
    )


@dataclass(frozen=True)
class _Timed:
    """What was timed of a service."""

    service: str
    us: Mapping[str, float | None]
    """As summary.json has it."""
    merged: histogram.Histogram


def _percentile_figure(
    name: str,
    scenario: str,
    title: str,
    word: str,
    caption: str,
    timed: Sequence[_Timed],
    looks: Mapping[str, Look],
) -> Figure:
    rows, steps = [], []
    for one in timed:
        answers = sum(one.merged.values())
        if not answers:
            continue
        rows.append(_Distribution(one.service, answers, _percentiles(one.us, one.merged)))
        top = max(2.0, answers / BEYOND)
        bends = [10 ** (place / _PER_DECADE) for place in range(math.floor(_PER_DECADE * math.log10(top)) + 1)]
        marks = [mark for mark in (2.0, 10.0, 100.0, 1000.0, 10000.0) if mark <= top]
        places = sorted({*bends, *marks})
        for place, us in zip(
            places, histogram.percentiles_us(one.merged, [100 - 100 / each for each in places]), strict=True
        ):
            text = f"{100 - 100 / place:.6g} % within {milliseconds(us)} ms"
            steps.append(Step(one.service, place, us / 1000, place in marks, text))
    spec = None
    if steps:
        spec = charts.percentiles(
            steps,
            looks,
            y_title=f"{word}, ms",
            description=f"{scenario}: {word} in milliseconds at each percentile, one line for each service; the table "
            "below has the same numbers.",
        )
    return Figure(
        name,
        title,
        f"{caption} Lines end where fewer than {BEYOND} answers were slower.",
        spec,
        listing.of(name, f"{scenario}: {word} in ms by percentile", _PERCENTILE_FIELDS, {"": rows}),
    )


@dataclass(frozen=True)
class _Distribution:
    service: str
    answers: int
    us: Mapping[str, float | None]


def _percentiles(known: Mapping[str, float | None], merged: histogram.Histogram) -> dict[str, float | None]:
    """Those of summary.json, and p99.99 if there are enough answers."""
    enough = sum(merged.values()) >= BEYOND * 10_000
    return {
        key: known.get(key, histogram.percentile_us(merged, percent) if enough else None)
        for key, percent in _PERCENTS.items()
    }


def _percentile(key: str) -> Field[_Distribution]:
    return Field(
        f"{key}_us",
        f"p{_PERCENTS[key]:g}",
        lambda row: milliseconds(row.us[key]),
        lambda row: row.us[key],
    )


_PERCENTILE_FIELDS = (
    Field[_Distribution]("service", "service", lambda row: row.service, is_word=True),
    *(_percentile(key) for key in _PERCENTS),
    Field[_Distribution]("answers", "answers", lambda row: f"{row.answers:,}", lambda row: row.answers),
)


@dataclass(frozen=True)
class _Latencies:
    service: str
    cell: Cell


def _at(key: str, title: str, of: str = "latency_us") -> Field[_Latencies]:
    return Field(
        f"{of}_{key}",
        title,
        lambda row: milliseconds(getattr(row.cell, of).get(key)),
        lambda row: getattr(row.cell, of).get(key),
    )


def latencies(scenario: str, found: Table, looks: Mapping[str, Look]) -> Figure:
    """An open loop: the response times at the rate that was offered."""
    rows = [_Latencies(name, cell) for name, cell in ranked(found) if cell.latency_us.get("p50") is not None]
    kinds = {"p50": "p50", "p99": "p99", "p999": "p99.9"}
    dots = [
        Dot(row.service, kind, us / 1000, text=f"{milliseconds(us)} ms")
        for row in rows
        for key, kind in kinds.items()
        if (us := row.cell.latency_us.get(key))
    ]
    offered = next((row.cell.offered_per_second for row in rows if row.cell.offered_per_second), None)
    spec = None
    if dots:
        spec = charts.dots(
            dots,
            looks,
            title="response time, ms",
            description=f"{scenario}: median, p99 and p99.9 of the response times of each service; the table below has "
            "the same numbers.",
        )
    fields = (
        Field[_Latencies]("service", "service", lambda row: row.service, is_word=True),
        Field[_Latencies](
            "offered_per_second",
            "offered/s",
            lambda row: rounding.digits(row.cell.offered_per_second),
            lambda row: row.cell.offered_per_second,
        ),
        *(_at(key, f"{kind} ms") for key, kind in kinds.items()),
        *(_at(key, f"service {kind} ms", "service_us") for key, kind in kinds.items()),
        Field[_Latencies]("unanswered", "unanswered", lambda row: f"{row.cell.unanswered:,}"),
    )
    return Figure(
        f"{scenario}-open",
        f"Response times at {rounding.digits(offered)} requests/s offered",
        "Filled: the median. Hollow: p99, then p99.9. They count from when a request was due, so a stall is charged in "
        "full; service times in the table count from when it was sent.",
        spec,
        listing.of(f"{scenario}-open", f"{scenario}: response times at the offered rate", fields, {"": rows}),
    )


# Capacity.


@dataclass(frozen=True)
class _Capacity:
    service: str
    row: table.Row


def capacities(scenario: str, found: Table, looks: Mapping[str, Look]) -> Figure:
    """The highest rate that meets the objective; where there is no interval, the bound that is known."""
    rows = [table.Row(scenario, name, cell, found.baseline, 0) for name, cell in ranked(found)]
    dots = []
    for row in rows:
        cell = row.cell
        if one := cell.capacity_per_second:
            dots.append(
                Dot(row.service, "capacity", one.estimate, one.low, one.high, cell.group, rounding.interval(one))
            )
        elif bound := cell.capacity_at_least or cell.capacity_at_most:
            dots.append(Dot(row.service, "capacity", bound, text=f"{table.capacity(row)}: only a bound is known"))
    spec = None
    if dots:
        spec = charts.dots(
            dots,
            looks,
            title="capacity, requests/s",
            description=f"{scenario}: the highest rate at which each service meets the objective, with its 95 % "
            "interval; the table below has the same numbers.",
            strong=[row.service for row in rows if row.cell.role == "contender"],
        )
    fields = (
        Field[table.Row]("service", "service", lambda row: row.service, is_word=True),
        Field[table.Row](
            "capacity_per_second",
            "capacity/s (95 %)",
            lambda row: (
                rounding.interval(row.cell.capacity_per_second) if row.cell.capacity_per_second else table.capacity(row)
            ),
        ),
        Field[table.Row]("verdict", "verdict", lambda row: ", ".join(row.cell.reasons) or "ok", is_word=True),
    )
    return Figure(
        f"{scenario}-capacity",
        "Capacity",
        "A dot without an interval is a bound: the trials tell no more.",
        spec,
        listing.of(f"{scenario}-capacity", f"{scenario}: capacity", fields, {"": rows}),
    )


@dataclass(frozen=True)
class _Band:
    service: str
    rate: float
    latency_us: float
    trials: int
    met: int


def trials(run: Run, scenario: str, counted: Mapping[str, Sequence[Slice]], looks: Mapping[str, Look]) -> Figure:
    """Latency against offered rate: trials at about the same rate together."""
    objective = Objective.parse(run.objective or "p99<50ms")
    bands: list[_Band] = []
    for name in looks:
        near: dict[int, list[tuple[float, float, bool]]] = defaultdict(list)
        for one in counted.get(name, ()):
            us = histogram.percentile_us(one.latency, objective.percentile)
            if one.offered_per_second and us is not None:
                met = not one.unanswered and objective.met(one.latency)
                near[round(math.log(one.offered_per_second) / _BAND)].append((one.offered_per_second, us, met))
        for _, tried in sorted(near.items()):
            rate, us = (median(one[column] for one in tried) for column in (0, 1))
            bands.append(_Band(name, rate, us, len(tried), sum(met for _, _, met in tried)))
    word = f"p{objective.percentile:g}"
    steps = [
        Step(
            one.service,
            one.rate,
            one.latency_us / 1000,
            True,
            f"{one.rate:,.0f} requests/s: {milliseconds(one.latency_us)} ms, {one.met} of {one.trials} met",
        )
        for one in bands
    ]
    spec = None
    if steps:
        spec = charts.rates(
            steps,
            looks,
            y_title=f"{word}, ms",
            limit=objective.limit_us / 1000,
            description=f"{scenario}: {word} of the response times against the offered rate; the table below has the "
            "same numbers.",
        )
    fields = (
        Field[_Band]("service", "service", lambda row: row.service, is_word=True),
        Field[_Band]("offered_per_second", "offered/s", lambda row: f"{row.rate:,.0f}", lambda row: row.rate),
        Field[_Band](f"{word}_us", f"{word} ms", lambda row: milliseconds(row.latency_us), lambda row: row.latency_us),
        Field[_Band]("trials", "trials", lambda row: str(row.trials)),
        Field[_Band]("met", "met the objective", lambda row: str(row.met)),
    )
    return Figure(
        f"{scenario}-trials",
        "Latency against offered rate",
        f"The median of each service's trials at about the same rate. The dashed line is the objective, {objective}.",
        spec,
        listing.of(f"{scenario}-trials", f"{scenario}: trials by offered rate", fields, {"": bands}),
    )


# Footprint.


def _sample(key: str, title: str, unit: float = 1.0) -> Field[tuple[str, Footprint]]:
    def text(row: tuple[str, Footprint]) -> str:
        return rounding.interval(_scaled(getattr(row[1], key), unit)) if _has(row[1], key) else "–"

    return Field(key, title, text, lambda row: getattr(row[1], key).estimate)


def _has(found: Footprint, key: str) -> bool:
    return getattr(found, key).estimate is not None


def _scaled(found: Sample, unit: float) -> Interval | None:
    if found.estimate is None:
        return None
    low, high = (found.estimate if end is None else end for end in (found.low, found.high))
    return Interval(round(found.estimate / unit, 3), low / unit, high / unit)


def _whole(key: str, title: str, unit: int = 1) -> Field[tuple[str, Footprint]]:
    def text(row: tuple[str, Footprint]) -> str:
        number: int | None = getattr(row[1], key)
        return "–" if number is None else f"{number / unit:,.0f}"

    return Field(key, title, text, lambda row: getattr(row[1], key))


_FOOTPRINT: tuple[Field[tuple[str, Footprint]], ...] = (
    Field("service", "service", lambda row: row[0], is_word=True),
    _sample("start_seconds", "start s"),
    _sample("memory_idle_bytes", "idle MiB", 2**20),
    _sample("memory_loaded_bytes", "loaded MiB", 2**20),
    _sample("memory_after_bytes", "after MiB", 2**20),
    _sample("idle_cpu_percent", "idle CPU %"),
    _whole("image_bytes", "image MB", 10**6),
    _whole("language_packages", "packages"),
    _whole("system_packages", "system packages"),
)


def footprint(found: Mapping[str, Footprint], looks: Looks) -> Figure:
    """Memory under load and idle; the table has the time to start and the image too."""
    rows = sorted(found.items(), key=lambda row: row[1].memory_loaded_bytes.estimate or math.inf)
    kinds = {"loaded": "memory_loaded_bytes", "idle": "memory_idle_bytes"}
    dots = [
        Dot(name, kind, one.estimate, one.low, one.high, text=f"{rounding.interval(one)} MiB")
        for name, each in rows
        for kind, key in kinds.items()
        if (one := _scaled(getattr(each, key), 2**20))
    ]
    spec = None
    if dots:
        spec = charts.dots(
            dots,
            looks.of(list(found)),
            title="memory, MiB",
            description="Memory of each service under load and idle; the table below has the same numbers.",
        )
    return Figure(
        "footprint",
        "Memory under load and idle",
        "Filled: under load. Hollow: idle, before any load. Measured by make footprint, with these very images.",
        spec,
        listing.of("footprint", "What each service takes", _FOOTPRINT, {"": rows}),
    )
