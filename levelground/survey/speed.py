"""What is said of speed, answered by the newest runs that can tell: a verdict, its intervals, and a sentence of them.

A ratio of two services is the quotient of their ratios to the run's baseline. Those intervals hold for a whole table at
once, so the quotient of one's lower and the other's upper limit is a limit too, if a wide one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from levelground.judging.summary import MEASURES, Summary, Table, measure
from levelground.model.interval import Interval
from levelground.model.survey import Cost, Speed, Verdict
from levelground.stand import host

AS_GOOD = 0.95
"""On a par: not surely slower than this share of the other's speed."""
FEW_THOUSAND = 2_000
"""Requests per second."""
TWICE, SEVERAL = 2.0, 3.0
PAYS = 1.10
"""Async pays where the fastest async framework is at least so many times as fast as the fastest classic one."""
CLASSIC = ("flask", "cherrypy", "django-wsgi")
HISTORICAL = ("vibora",)
"""Unmaintained: what it does is told, but a claim about today's frameworks does not rest on it."""
CPU, WAITING, FLOOR = "cpu", "sleep", "hello"
IDLE = (WAITING, "fanout")
"""Scenarios in which an answer is waited for, by everybody as long: they say nothing of how fast a service works."""
MOST_TOLD = 3
"""Scenarios that a sentence tells one by one; of more it tells the ends."""


@dataclass(frozen=True)
class Measured:
    """One scenario of one run."""

    run: str
    scenario: str
    table: Table

    def ratio(self, one: str, other: str) -> Interval | None:
        """How many times as fast one service is as another; None: one of them has no valid cell."""
        first, second = (self._ratio(name) for name in (one, other))
        if first is None or second is None or min(first.low, second.low) <= 0:
            return None
        return Interval(first.estimate / second.estimate, first.low / second.high, first.high / second.low)

    def fastest(self, names: Iterable[str]) -> str | None:
        """By their estimates."""
        found = {name: ratio.estimate for name in names if (ratio := self._ratio(name))}
        return max(found, key=found.__getitem__, default=None)

    def _ratio(self, name: str) -> Interval | None:
        cell = self.table.services.get(name)
        if cell is None or not cell.valid:
            return None
        found: Interval | None = getattr(cell, measure(self.table))
        return found


class Runs:
    """The runs on record, the newest first."""

    def __init__(self, summaries: Sequence[Summary]) -> None:
        self._summaries = summaries

    @classmethod
    def read(cls, results: Path) -> "Runs":
        """Those that were judged; what cannot be read is left out."""
        found = []
        for path in sorted(results.glob("*/summary.json"), reverse=True):
            if path.parent.is_symlink():
                continue
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=Summary))
            except (OSError, msgspec.MsgspecError):
                continue
        return cls(found)

    def each(self, load: str, has: Callable[[Measured], bool]) -> list[Measured]:
        """Of each scenario under a load the newest measurement that has what is needed, in the order of their names."""
        newest: dict[str, Measured] = {}
        for one in self._all(load):
            if one.scenario not in newest and has(one):
                newest[one.scenario] = one
        return [newest[name] for name in sorted(newest)]

    def hosts(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The name of each run, and its host as the record has it."""
        return ((one.run, one.context["host"]) for one in self._summaries if one.context.get("host"))

    def _all(self, load: str) -> Iterator[Measured]:
        for summary in self._summaries:
            for scenario, table in summary.scenarios.items():
                if table.load == load:
                    yield Measured(summary.run, scenario, table)


def answer(runs: Runs, contenders: Sequence[str]) -> list[Speed]:
    """The claims about speed, in the order of the survey; `contenders` are the async frameworks in Python."""
    maintained = [name for name in contenders if name not in HISTORICAL]
    return [
        _on_a_par(runs, maintained),
        _few_thousand(runs, maintained),
        replace(_fastapi(runs), system="FastAPI"),
        replace(_vibora_and_sanic(runs), system="Vibora"),
        replace(_vibora_and_classic(runs), system="Vibora"),
        _stops_paying(runs, maintained),
    ]


def machines(runs: Runs, speeds: Iterable[Speed], costs: Iterable[Cost]) -> dict[str, str]:
    """The machine of each run that these come from, in words."""
    used = {line.partition(",")[0] for one in speeds for line in one.evidence} | {one.run for one in costs}
    return {run: ", ".join(host.words(told)) for run, told in runs.hosts() if run in used}


def costs(runs: Runs, contenders: Sequence[str]) -> list[Cost]:
    """What the cheapest request costs each framework, in the newest run that has all of them, else any of them."""
    for needed in (len(contenders), 2):
        for one in runs.each("closed", lambda each, needed=needed: len(_costs(each, contenders)) >= needed):  # type: ignore[misc]
            if one.scenario == FLOOR:
                return _costs(one, contenders)
    return []


def _costs(one: Measured, contenders: Sequence[str]) -> list[Cost]:
    cells = {name: one.table.services[name] for name in contenders if name in one.table.services}
    return [
        Cost(name, cell.undisturbed_us_per_request, one.run)
        for name, cell in cells.items()
        if cell.valid and cell.undisturbed_us_per_request
    ]


def _on_a_par(runs: Runs, contenders: Sequence[str]) -> Speed:
    says = "Async frameworks in Python are on a par with Node.js, or better."
    means = f"In each scenario one of them that is maintained reaches {AS_GOOD:.0%} of the speed of Node's http module."
    measured = runs.each("closed", lambda one: one.scenario not in IDLE and bool(_ratios(one, contenders, "node")))
    if not measured:
        return _unanswered(says, means, "make bench SERVICES=contenders,node")
    nearest = [(one, *_best(_ratios(one, contenders, "node"))) for one in measured]
    old = [(one, *pair) for one in measured for pair in _ratios(one, HISTORICAL, "node").items()]
    aside = f" Unmaintained: {_spread(old)}." if old else ""
    return _judged(
        says,
        means,
        [_compare(found.low >= AS_GOOD, found.high < AS_GOOD) for _, _, found in nearest],
        f"Of the speed of Node.js, the nearest have {_spread(nearest)}.{aside}",
        f"“On a par” would have to mean {min(found.low for _, _, found in nearest):.2f} of Node's speed.",
        [
            _line(one, f"{name} to node", ratio)
            for one in measured
            for name, ratio in _ratios(one, [*contenders, *HISTORICAL], "node").items()
        ],
    )


def _few_thousand(runs: Runs, contenders: Sequence[str]) -> Speed:
    says = "A few thousand requests per second are no problem, as long as the work is not CPU-heavy."
    means = (
        f"In each scenario but `{CPU}`, every framework meets the run's objective of latency at {FEW_THOUSAND:,} "
        "requests per second, on one core."
    )
    measured = runs.each("capacity", lambda one: bool(_capacities(one, contenders)))
    light = [one for one in measured if one.scenario != CPU]
    if not light:
        return _unanswered(
            says, means, f"make bench LOAD=capacity SERVICES=contenders SCENARIOS={FLOOR},{WAITING},{CPU}"
        )
    found = [(one, _capacities(one, contenders)) for one in light]
    slowest = [(one, *min(each.items(), key=lambda pair: pair[1].estimate)) for one, each in found]
    heavy = [(one, *_best(_capacities(one, contenders))) for one in measured if one.scenario == CPU]
    sentence = (
        f"The least is {_listed(f'{name} in {one.scenario}, with {_rate(rate)}' for one, name, rate in slowest)}."
    )
    bounded = {one.scenario: _bounded(one, contenders) for one in light}
    for scenario, each in bounded.items():
        if failed := [name for name, held in each.items() if held is False]:
            sentence += f" In {scenario} {_listed(failed)} did not reach {FEW_THOUSAND:,}."
    for one, name, rate in heavy:
        sentence += f" In {one.scenario} the most is {name}, with {_rate(rate)}."
    return _judged(
        says,
        means,
        [
            *(_compare(rate.low >= FEW_THOUSAND, rate.high < FEW_THOUSAND) for _, _, rate in slowest),
            *(held for each in bounded.values() for held in each.values()),
        ],
        sentence,
        f"“A few thousand” would have to mean {min(rate.low for _, _, rate in slowest):,.0f} requests per second.",
        [f"{one.run}, {one.scenario}: {name}: {_rate(rate)}" for one, each in found for name, rate in each.items()]
        + [f"{one.run}, {one.scenario}: {name}: {_rate(rate)}" for one, name, rate in heavy],
    )


def _fastapi(runs: Runs) -> Speed:
    says = "FastAPI matches Node.js, and in some cases Go."
    means = f"It reaches {AS_GOOD:.0%} of Node's speed in each scenario, and of Go's (net/http) in at least one."
    measured = runs.each(
        "closed",
        lambda one: one.scenario not in IDLE and bool(one.ratio("fastapi", "node") and one.ratio("fastapi", "go")),
    )
    if not measured:
        return _unanswered(says, means, "make bench SERVICES=starlette,fastapi,node,go")
    node, go = (_to(measured, "fastapi", other) for other in ("node", "go"))
    reaches_go = [_compare(ratio.low >= AS_GOOD, ratio.high < AS_GOOD) for ratio in go.values()]
    some: bool | None = True if True in reaches_go else False if all(one is False for one in reaches_go) else None
    return _judged(
        says,
        means,
        [*(_compare(ratio.low >= AS_GOOD, ratio.high < AS_GOOD) for ratio in node.values()), some],
        f"FastAPI has, of the speed of Node.js, {_told(node)}; of the speed of Go, {_told(go)}.",
        f"“Matches” would have to mean {min(one.low for one in node.values()):.2f} of Node's speed "
        f"and {max(one.low for one in go.values()):.2f} of Go's.",
        [
            _line(one, f"fastapi to {other}", ratio)
            for other in ("node", "go")
            for one, ratio in _pairs(measured, "fastapi", other)
        ],
    )


def _vibora_and_sanic(runs: Runs) -> Speed:
    return _times_as_fast(
        runs,
        "Vibora is more than twice as fast as Sanic.",
        f"In each scenario Vibora's speed is more than {TWICE:g} times Sanic's.",
        ["sanic"],
        TWICE,
        "make bench SERVICES=starlette,vibora,sanic",
    )


def _vibora_and_classic(runs: Runs) -> Speed:
    return _times_as_fast(
        runs,
        "Vibora is several times as fast as the classic frameworks.",
        f"In each scenario Vibora's speed is at least {SEVERAL:g} times that of Flask, of CherryPy and of Django.",
        CLASSIC,
        SEVERAL,
        f"make bench SERVICES=starlette,vibora,{','.join(CLASSIC)}",
    )


def _times_as_fast(runs: Runs, says: str, means: str, others: Sequence[str], times: float, command: str) -> Speed:
    measured = runs.each(
        "closed",
        lambda one: one.scenario not in (*IDLE, CPU) and all(one.ratio("vibora", other) for other in others),
    )
    if not measured:
        return _unanswered(says, means, command)
    pairs = [(one, other, ratio) for other in others for one, ratio in _pairs(measured, "vibora", other)]
    told = {other: _to(measured, "vibora", other) for other in others}
    sentence = " ".join(f"Times as fast as {other}: {_told(each)}." for other, each in told.items())
    return _judged(
        says,
        means,
        [_compare(ratio.low > times, ratio.high <= times) for _, _, ratio in pairs],
        sentence,
        f"It would be true of {min(ratio.low for _, _, ratio in pairs):.1f} times.",
        [_line(one, f"vibora to {other}", ratio) for one, other, ratio in pairs],
    )


def _stops_paying(runs: Runs, contenders: Sequence[str]) -> Speed:
    says = "Async stops paying when handlers burn CPU."
    means = (
        f"In `{FLOOR}` or `{WAITING}` the fastest async framework is surely over {PAYS:g} times as fast as the "
        f"fastest of Flask, CherryPy and Django; in `{CPU}` it surely is not."
    )
    measured = runs.each("closed", lambda one: bool(one.fastest(contenders) and one.fastest(CLASSIC)))
    pairs: dict[str, tuple[Measured, str, str, Interval]] = {}
    for one in measured:
        new, old = one.fastest(contenders), one.fastest(CLASSIC)
        if new and old and (ratio := one.ratio(new, old)):
            pairs[one.scenario] = one, new, old, ratio
    if CPU not in pairs or not pairs.keys() & {FLOOR, WAITING}:
        services = f"contenders,{','.join(CLASSIC)}"
        return _unanswered(says, means, f"make bench SERVICES={services} SCENARIOS={FLOOR},{WAITING},{CPU}")
    elsewhere = [pairs[name][3] for name in (FLOOR, WAITING) if name in pairs]
    burning = pairs[CPU][3]
    pays = _compare(any(one.low > PAYS for one in elsewhere), all(one.high <= PAYS for one in elsewhere))
    told = (
        f"in {scenario} {new} is {_times(ratio)} times as fast as {old}"
        for scenario, (_, new, old, ratio) in pairs.items()
        if scenario in (FLOOR, WAITING, CPU)
    )
    sentence = _listed(told)
    return _judged(
        says,
        means,
        [pays, _compare(burning.high <= PAYS, burning.low > PAYS)],
        f"{sentence[0].upper()}{sentence[1:]}.",
        f"“Stops paying” would have to mean that {burning.estimate:.2f} times as fast is nothing.",
        [_line(one, f"{new} to {old}", ratio) for one, new, old, ratio in pairs.values()],
    )


def _judged(
    says: str, means: str, held: Sequence[bool | None], sentence: str, otherwise: str, evidence: list[str]
) -> Speed:
    """True where it holds, False where it surely does not, None where the intervals cannot tell."""
    if False in held:
        return Speed(says, means, Verdict.NOT, f"{sentence} {otherwise}", evidence)
    if None in held:
        return Speed(
            says, means, Verdict.UNCHECKED, f"{sentence} These intervals cannot tell: measure longer.", evidence
        )
    return Speed(says, means, Verdict.HOLDS, sentence, evidence)


def _unanswered(says: str, means: str, command: str) -> Speed:
    return Speed(says, means, Verdict.UNCHECKED, f"No run on record can answer it: `{command}` first.")


def _compare(holds: bool, fails: bool) -> bool | None:
    return True if holds else False if fails else None


def _ratios(one: Measured, names: Iterable[str], other: str) -> dict[str, Interval]:
    return {name: ratio for name in names if (ratio := one.ratio(name, other))}


def _to(measured: Sequence[Measured], name: str, other: str) -> dict[str, Interval]:
    return {one.scenario: ratio for one, ratio in _pairs(measured, name, other)}


def _pairs(measured: Sequence[Measured], name: str, other: str) -> list[tuple[Measured, Interval]]:
    return [(one, ratio) for one in measured if (ratio := one.ratio(name, other))]


def _told(found: Mapping[str, Interval]) -> str:
    """Each scenario with its ratio, or the least and the most of them."""
    return _ends([(f"{_times(ratio)} in {scenario}", ratio) for scenario, ratio in found.items()])


def _spread(found: Sequence[tuple[Measured, str, Interval]]) -> str:
    """As `_told`, with the service that each ratio is of."""
    return _ends([(f"{name} {_times(ratio)} in {one.scenario}", ratio) for one, name, ratio in found])


def _ends(parts: Sequence[tuple[str, Interval]]) -> str:
    if len(parts) <= MOST_TOLD:
        return _listed(text for text, _ in parts)
    ordered = [text for text, _ in sorted(parts, key=lambda part: part[1].estimate)]
    return f"from {ordered[0]} to {ordered[-1]}, over {len(parts)} scenarios"


def _bounded(one: Measured, names: Iterable[str]) -> dict[str, bool | None]:
    """Of those whose capacity has bounds alone: whether a few thousand are below it, above it, or in between."""
    cells = {name: one.table.services[name] for name in names if name in one.table.services}
    return {
        name: _compare(
            (cell.capacity_at_least or 0) >= FEW_THOUSAND,
            cell.never_met or (cell.capacity_at_most is not None and cell.capacity_at_most < FEW_THOUSAND),
        )
        for name, cell in cells.items()
        if cell.valid and cell.capacity_per_second is None
    }


def _capacities(one: Measured, names: Iterable[str]) -> dict[str, Interval]:
    cells = {name: one.table.services[name] for name in names if name in one.table.services}
    return {name: cell.capacity_per_second for name, cell in cells.items() if cell.valid and cell.capacity_per_second}


def _best(found: Mapping[str, Interval]) -> tuple[str, Interval]:
    name = max(found, key=lambda one: found[one].estimate)
    return name, found[name]


def _times(ratio: Interval) -> str:
    return f"{ratio.estimate:.2f} ({ratio.low:.2f}–{ratio.high:.2f})"


def _rate(rate: Interval) -> str:
    return f"{rate.estimate:,.0f} ({rate.low:,.0f}–{rate.high:,.0f}) requests per second"


def _line(one: Measured, what: str, ratio: Interval) -> str:
    gone = ", as it went" if measure(one.table) == MEASURES["closed"] else ""
    return f"{one.run}, {one.scenario}{gone}: {what}: {_times(ratio)}"


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
