"""What a run says of one scenario, in sentences: who leads, by how much, how sure that is, and what does not count."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from levelground.judging.statistics import widest_half_width
from levelground.judging.summary import Cell, Table, measure, ranked
from levelground.model.interval import Interval
from levelground.showing import rounding

LISTED = 9
"""So many places are listed; the rest is in the plot."""
_OF = {
    "undisturbed_ratio": "times the speed of {}",
    "throughput_ratio": "times the speed of {}",
    "latency_ratio": "times the mean time of {}",
    "capacity_ratio": "times the capacity of {}",
}


@dataclass(frozen=True)
class Place:
    """A contender's place in the ranking."""

    letter: str
    service: str
    ratio: str
    valid: bool


@dataclass(frozen=True)
class Answer:
    """One scenario, answered."""

    scenario: str
    leaders: list[str]
    """The first letter group; empty if nobody can be ranked."""
    lead: str
    """What is to be said of them: the rest of the sentence that begins with their names."""
    overall: str
    """How the references stand to them; empty if there are none."""
    trust: list[str]
    invalid: str
    """Which cells do not count, and why; empty if all do."""
    places: list[Place]
    unlisted: int
    """How many contenders have a place below those that are listed."""

    @property
    def sentence(self) -> str:
        return f"{names(self.leaders)} {self.lead}" if self.leaders else self.lead


def of(scenario: str, table: Table) -> Answer:
    """The answer that a scenario's table gives; a pure function of it."""
    found = _Found(table)
    contenders = found.of_role("contender")
    pool, kind = (contenders, "contenders") if contenders else (found.of_role("reference"), "references")
    places = [Place(cell.group, name, rounding.interval(found.ratio(cell)), cell.valid) for name, cell in pool]
    told = Answer(
        scenario=scenario,
        leaders=[],
        lead=found.nobody(),
        overall="",
        trust=found.trust(),
        invalid=found.invalid(),
        places=places[:LISTED],
        unlisted=max(0, len(places) - LISTED),
    )
    valid = [(name, cell) for name, cell in pool if cell.valid]
    if not valid:
        return told
    first = valid[0]
    leaders = [name for name, cell in valid if shares(cell, first[1])]
    if len(leaders) > LISTED:
        leaders = leaders[:LISTED]
    return Answer(
        scenario=scenario,
        leaders=leaders,
        lead=_lead(found, valid, len(leaders), kind),
        overall=_overall(found, first) if kind == "contenders" else "",
        trust=told.trust,
        invalid=told.invalid,
        places=told.places,
        unlisted=told.unlisted,
    )


def shares(one: Cell, other: Cell) -> bool:
    """Whether two cells cannot be told apart: they share a letter."""
    return one is other or bool(set(one.group) & set(other.group))


def names(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


class _Found:
    """A table, with what the sentences ask of it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.measure = measure(table)
        self.ranked = [(name, cell) for name, cell in ranked(table) if self.ratio(cell) is not None]

    def ratio(self, cell: Cell) -> Interval | None:
        found: Interval | None = getattr(cell, self.measure)
        return found

    def of_role(self, role: str) -> list[tuple[str, Cell]]:
        return [(name, cell) for name, cell in self.ranked if cell.role == role]

    def times(self, cell: Cell) -> str:
        return f"{rounding.interval(self.ratio(cell))} {_OF[self.measure].format(self.table.baseline)}"

    def nobody(self) -> str:
        """Why nobody leads."""
        table = self.table
        if table.baseline is None:
            return "None of these services has a part in this scenario."
        if table.too_noisy:
            return f"No answer: the host was too noisy, {table.dropped_blocks} of {table.blocks} blocks were dropped."
        if not table.blocks:
            return "No answer: there is no whole block yet."
        return "No answer: no service has a valid cell."

    def trust(self) -> list[str]:
        """How far the numbers can be trusted: the twin, the widest interval, what the host did."""
        said = []
        for name, cell in self.table.services.items():
            if cell.twin_of and cell.twin_of == self.table.baseline and self.ratio(cell):
                said.append(
                    f"{name}, the same image again, stands at {rounding.interval(self.ratio(cell))}: truth is 1."
                )
        width = widest_half_width(
            ratio for _, cell in self.ranked if cell.valid and (ratio := self.ratio(cell)) is not None
        )
        if 0 < width < math.inf:
            said.append(f"The widest interval is ±{rounding.percent(width)}.")
        if self.table.disturbed_share is not None:
            said.append(f"The host was disturbed {100 * self.table.disturbed_share:.0f} % of the time.")
        if self.table.dropped_blocks:
            said.append(f"{self.table.dropped_blocks} of {self.table.blocks} blocks were dropped.")
        return said

    def invalid(self) -> str:
        bad = [
            f"{name} ({', '.join(dict.fromkeys(reason.split(':')[0] for reason in cell.reasons))})"
            for name, cell in self.table.services.items()
            if not cell.valid
        ]
        return f"Not valid: {', '.join(bad)}." if bad else ""


def _lead(found: _Found, valid: Sequence[tuple[str, Cell]], leaders: int, kind: str) -> str:
    name, cell = valid[0]
    if leaders > 1:
        lead = f"cannot be told apart and lead the {kind}"
    elif len(valid) == 1:
        lead = f"is the only one of the {kind} with a valid cell"
    else:
        lead = f"leads the {kind}"
    if name == found.table.baseline:
        return f"{lead}. It is the baseline of all ratios." if leaders == 1 else f"{lead}: 1 is {name}, the baseline."
    return f"{lead}: {found.times(cell)}." if leaders == 1 else f"{lead}: {name} has {found.times(cell)}."


def _overall(found: _Found, first: tuple[str, Cell]) -> str:
    references = [(name, cell) for name, cell in found.of_role("reference") if cell.valid]
    if not references:
        return ""
    order = [name for name, _ in found.ranked]
    place = order.index(first[0])
    ahead = [
        f"{name} {rounding.interval(found.ratio(cell))}"
        for name, cell in references
        if order.index(name) < place and not shares(cell, first[1])
    ]
    if ahead:
        return f"Ahead of all contenders: {names(ahead)}."
    level = [name for name, cell in references if shares(cell, first[1])]
    if level:
        return f"Level with the lead: {names(level)}."
    name, cell = references[0]
    return f"Best reference: {name} {rounding.interval(found.ratio(cell))}."
