"""What the live page shows of a run, as the page asks for it: one scenario at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from levelground.judging import gates, undisturbed
from levelground.judging import summary as judging
from levelground.judging.live import Live
from levelground.judging.summary import Cell, Table, ranked
from levelground.model import arrivals
from levelground.model.interval import Interval
from levelground.model.record import Run
from levelground.showing import charts, facts, figures, frame, material, palette, rounding, table
from levelground.showing.charts import Spec, Step

LATELY = 20
"""So many blocks say how disturbed the host is just now."""
EVENTS = 30
"""So many of the newest are listed."""


@dataclass(frozen=True)
class Measure:
    """One of the things that services can be shown by."""

    key: str
    name: str
    axis: str
    """What its axis says; {} is the baseline."""
    is_less_better: bool = False


_CPU = Measure("cpu_ratio", "CPU per request", "CPU time per request, {} = 1 (less is better)", True)
_P99 = Measure("p99", "p99", "99th percentile of latency, ms (less is better)", True)
MEASURES: Mapping[str, tuple[Measure, ...]] = {
    "closed": (
        Measure("undisturbed_ratio", "undisturbed", "speed, {} = 1"),
        Measure("throughput_ratio", "as it went", "speed, {} = 1"),
        _CPU,
        _P99,
    ),
    "open": (Measure("latency_ratio", "mean response time", "{} = 1 (less is better)", True), _P99, _CPU),
    "capacity": (Measure("capacity_ratio", "capacity", "capacity, {} = 1"), _CPU),
}
"""Under each load, the one to begin with first."""
_FIRST_BYTE = Measure(
    "first_byte_p99", "first byte p99", "99th percentile of the time to the first byte, ms (less is better)", True
)
_ROUND_TRIP = replace(
    _P99, name="round trip p99", axis="99th percentile of a message's round trip, ms (less is better)"
)
_OF_HELPERS = {
    f"cpu_{helper}": Measure(
        f"cpu_{helper}", f"{word} CPU per request", f"CPU time of the {word} per request, µs (less is better)", True
    )
    for helper, word in table.HELPERS.items()
}


@dataclass(frozen=True)
class Value:
    """An interval, and the words for it."""

    estimate: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Row:
    """One service, with a value for each measure that it has by now."""

    service: str
    role: str
    letter: str
    values: dict[str, Value]
    verdict: str
    is_valid: bool
    why: list[str]
    is_twin: bool
    """Whether it is the same image as the baseline: its distance from 1 is the instrument's own error."""
    colour: str
    shape: str
    is_coloured: bool


@dataclass(frozen=True)
class Axis:
    """A measure's axis, which moves only in steps."""

    measure: Measure
    low: float
    high: float
    ticks: list[float]


@dataclass(frozen=True)
class Event:
    """Something that happened to a block."""

    when: str
    text: str


@dataclass(frozen=True)
class State:
    """All that the page shows of a scenario, but for a service's details."""

    run: str
    facts: str
    progress: str
    is_over: bool
    scenarios: list[str]
    scenario: str
    baseline: str | None
    host: str
    """How disturbed the host is, and what was dropped for it."""
    axes: list[Axis]
    rows: list[Row]
    """The best first, by the first measure."""
    events: list[Event]
    """The newest first."""


def state(live: Live, run: Run, wanted: str | None, catalogue: Sequence[str]) -> State:
    """The wanted scenario, or the first one if the run has none of that name."""
    scenario = wanted if wanted in run.scenarios else next(iter(run.scenarios))
    found = table_of(live, run, scenario)
    measures = measures_of(run, scenario, found)
    rows = _rows(scenario, found, run, catalogue, measures)
    return State(
        run=run.run,
        facts=f"{facts.machine(run)}; {facts.traffic(run)}",
        progress=_progress(live, run),
        is_over=run.ended is not None,
        scenarios=list(run.scenarios),
        scenario=scenario,
        baseline=found.baseline,
        host=_host(live, found),
        axes=[_axis(one, rows, found.baseline) for one in measures],
        rows=rows,
        events=_events(live, run),
    )


def table_of(live: Live, run: Run, scenario: str) -> Table:
    """A scenario as far as it has got; of a run that is over, as summary.json has it."""
    told = material.read_summary(live.folder) if run.ended is not None else None
    if told and scenario in told.scenarios and not material.is_stale(live.folder):
        return told.scenarios[scenario]
    return live.table(run, scenario)


def measures_of(run: Run, scenario: str, found: Table) -> list[Measure]:
    """What the services of a scenario can be shown by."""
    measures = list(MEASURES[run.load])
    if scenario in run.websockets:
        measures = [_ROUND_TRIP if one is _P99 else one for one in measures]
    cells = found.services.values()
    if any(cell.first_byte_us for cell in cells):
        measures.append(_FIRST_BYTE)
    asked = {f"cpu_{helper}" for cell in cells for helper in cell.helper_cpu_us_per_request or ()}
    return measures + [one for key, one in _OF_HELPERS.items() if key in asked]


def _rows(scenario: str, found: Table, run: Run, catalogue: Sequence[str], measures: Sequence[Measure]) -> list[Row]:
    order = ranked(found)
    # Contenders first, and of them the best: the leader is never grey.
    coloured = palette.first([name for name, _ in sorted(order, key=lambda one: one[1].role != "contender")], catalogue)
    rows = []
    for name, cell in order:
        look = palette.look(name, catalogue)
        rows.append(
            Row(
                service=name,
                role=cell.role,
                letter=cell.group,
                values={one.key: value for one in measures if (value := _value(cell, one.key))},
                verdict=table.verdict(table.Row(scenario, name, cell, found.baseline, run.connections_in(scenario))),
                is_valid=cell.valid,
                why=cell.reasons,
                is_twin=cell.twin_of is not None and cell.twin_of == found.baseline,
                colour=look.colour,
                shape=look.shape,
                is_coloured=name in coloured,
            )
        )
    return rows


def _value(cell: Cell, key: str) -> Value | None:
    found: Interval | None
    if key == _FIRST_BYTE.key:
        first = table.first_byte(cell, "p99")
        return None if first is None else _alone(first / 1000)
    if key in _OF_HELPERS:
        found = table.helper_cpu(cell, key.removeprefix("cpu_"))
    elif key != "p99":
        found = getattr(cell, key)
    elif (us := (cell.latency_interval_us or {}).get("p99")) is not None:
        found = rounding.in_ms(us)
    elif (alone := cell.latency_us.get("p99")) is not None:
        return _alone(alone / 1000)
    else:
        found = None
    return Value(found.estimate, found.low, found.high, rounding.interval(found)) if found else None


def _alone(number: float) -> Value:
    """Without an interval."""
    return Value(number, number, number, rounding.digits(number))


def _axis(one: Measure, rows: Sequence[Row], baseline: str | None) -> Axis:
    ends = [end for row in rows if (value := row.values.get(one.key)) for end in (value.low, value.high)]
    low, high, ticks = charts.steps(ends)
    return Axis(
        Measure(one.key, one.name, one.axis.format(baseline or "baseline"), one.is_less_better), low, high, ticks
    )


def _progress(live: Live, run: Run) -> str:
    if run.ended is not None:
        return "interrupted" if run.ended == "interrupted" else f"over: {facts.ENDED.get(run.ended, run.ended)}"
    if not live.blocks:
        return "begins"
    last = live.blocks[-1]
    said = [f"round {last.round + 1} of {run.rounds}"] if run.rounds > 1 else []
    said.append(f"block {last.block + 1}")
    if run.minutes is not None:
        left = max(0.0, 60 * run.minutes - last.start_seconds - last.seconds)
        said.append(f"{timedelta(seconds=round(left))} left")
    return ", ".join(said)


def _host(live: Live, found: Table) -> str:
    lately = undisturbed.disturbance([arrivals.unpack(one.known_work) for one in live.blocks[-LATELY:]])
    said = []
    if lately:
        said.append(
            f"Just now the host is disturbed {100 * lately[0]:.0f} % of the time, by a factor of {lately[1]:.1f}"
        )
    if found.disturbed_share is not None:
        said.append(f"{100 * found.disturbed_share:.0f} % in all of this scenario")
    dropped = f"{found.dropped_blocks} of {found.blocks} blocks dropped"
    return "; ".join([*said, f"{dropped} ({found.why_dropped})" if found.why_dropped else dropped]) + "."


def _events(live: Live, run: Run) -> list[Event]:
    when = {one.block: one for one in live.blocks}
    dropped = sorted(gates.dropped(run, live.blocks).items())
    failed = Counter((one.block, one.service, kind) for of in live.slices.values() for one in of for kind in one.errors)
    said = [(block, f"{when[block].scenario}: block dropped, {why}") for block, why in dropped]
    said += [(block, f"{service}: {kind}") for block, service, kind in failed]
    said.sort(reverse=True)
    return [
        Event(str(timedelta(seconds=round(when[block].start_seconds))) if block in when else "now", text)
        for block, text in said[:EVENTS]
    ]


# A service's details


@dataclass(frozen=True)
class Plot:
    """A figure of a service beside the baseline."""

    title: str
    caption: str
    spec: Spec


@dataclass(frozen=True)
class Details:
    service: str
    scenario: str
    coloured: list[str]
    plots: list[Plot]


def details(live: Live, run: Run, scenario: str, service: str, catalogue: Sequence[str]) -> Details | None:
    """A service's latencies and its cost over time, beside the baseline's; None: the run knows no such service."""
    if scenario not in run.scenarios or service not in run.services:
        return None
    found = table_of(live, run, scenario)
    pair = list(dict.fromkeys(name for name in (service, found.baseline) if name in found.services))
    looks = {name: palette.look(name, catalogue) for name in pair}
    counted = judging.counted(run, live.slices[scenario], live.blocks)[scenario]
    good = {name: counted[name] for name in pair}
    only = Table(found.load, found.blocks, found.dropped_blocks, {name: found.services[name] for name in pair})
    drawn = (
        figures.distribution(scenario, only, good, looks, figures.latency_word(run, scenario)),
        figures.first_bytes(scenario, only, good, looks),
    )
    plots = [Plot(one.title, one.caption, one.spec) for one in drawn if one.spec]
    steps = [
        Step(name, one.start_seconds, one.cpu_us / one.requests) for name in pair for one in good[name] if one.cpu_us
    ]
    if steps:
        plots.append(
            Plot(
                "Cost over time",
                "CPU time per request in each slice, with whatever the host did to it.",
                charts.times(
                    steps,
                    looks,
                    y_title="CPU µs/request",
                    description=f"{scenario}: CPU time per request over the time of the run, {' and '.join(pair)}",
                ),
            )
        )
    return Details(service, scenario, pair, plots)


# The page


def chart(run: Run, scenario: str) -> Spec | None:
    """The plot that the page fills with a state's rows, again and again; None: the run has no such scenario."""
    if scenario not in run.scenarios:
        return None
    members = {name: one for name, one in run.services.items() if scenario not in one.left_out}
    contenders = [name for name, one in members.items() if one.role == "contender"]
    described = f"{scenario}: the services in the order of what is shown; the table has the same numbers."
    return charts.following(len(members), strong=contenders, description=described)


def page(vega: str, chosen: str, watch: str) -> str:
    """The page; the arguments are addresses: of Vega's script, of the form, and of Locust's own pages."""
    return frame.render_live("live.html", "live.css", "live.js", vega=vega, chosen=chosen, watch=watch)
