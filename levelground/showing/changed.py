"""What two runs say of each other, in sentences: who surely changed, who did not, and what else may be the cause."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from levelground.judging.comparison import Change, Difference
from levelground.model.interval import Interval
from levelground.showing import comparison, rounding
from levelground.showing.answer import names
from levelground.showing.comparison import Compared, Row, Side

LISTED = 9
"""So many changes of a scenario are listed; the rest is in the plot."""
WITHIN = (1, 2, 5, 10)
"""Percentages by which a service surely did not change."""
WANTED = 2.0
"""Percent: the change that a framework's maintainer looks for."""
_NAMED = 6
"""So many services are described one by one; of more, the names are enough."""
_MEASURED = "undisturbed_ratio"


@dataclass(frozen=True)
class Place:
    """A service that surely changed."""

    service: str
    change: str
    note: str
    is_slower: bool


@dataclass(frozen=True)
class Answer:
    """One scenario, answered."""

    scenario: str
    lead: str
    places: list[Place]
    unlisted: int
    """How many more surely changed."""
    bounds: list[str]
    """By how much the others surely did not change."""
    instructions: list[str]
    """What counted instructions say to that."""
    trust: list[str]


def answers(compared: Compared) -> list[Answer]:
    return [_answer(compared, scenario, rows) for scenario, rows in compared.tables.items() if rows]


def verdicts(compared: Compared) -> list[str]:
    """Whether a service got slower by more than was allowed, one sentence each; empty: no limit was given."""
    if compared.above is None:
        return []
    limit = f"{100 * compared.above:g} %"
    said = [
        f"{one.service}, {one.scenario}: surely more than {limit} slower, by {rounding.size(one.percent)}."
        for one in compared.worse
    ]
    said += [f"{row.service}, {row.scenario}: {row.verdict}." for row in compared.lost]
    return said or [f"Nothing is surely more than {limit} slower."]


def summary(compared: Compared) -> str:
    """How many changed."""
    changes = compared.changes
    if not changes:
        return "Nothing can be compared: none of these services has a valid cell in both runs."
    slower = sum(one.beyond and one.difference > 0 for one in changes)
    faster = sum(one.beyond and one.difference < 0 for one in changes)
    cells = f"{len(changes)} cells" if len(changes) > 1 else "one cell"
    if not slower + faster:
        return f"No change was seen in {cells} (a service in a scenario)."
    return f"Of {cells} (a service in a scenario), {slower or 'none'} surely got slower and {faster or 'none'} faster."


def warnings(compared: Compared) -> list[str]:
    """What forbids to take a change for one of the service's code."""
    said = []
    moved = [one for one in compared.controls if one.beyond]
    if moved:
        largest = max(moved, key=lambda one: abs(one.difference))
        said.append(
            f"{len(moved)} of {len(compared.controls)} cells whose image is the same in both runs differ by more than "
            f"their intervals allow, {largest.service} in {largest.scenario} by "
            f"{rounding.change(largest.percent)}. Their code did not change: something outside it did, the host or the "
            "stand. So these two runs do not tell what is due to code."
        )
    for baseline in dict.fromkeys(compared.baselines.values()):
        if compared.named is not None and baseline in compared.named:
            said.append(
                f"{baseline} is the baseline: its own change is in no ratio to it, but, the other way round, in those "
                "of all others. Instructions are counted for it as for any other."
            )
        other = [one for one in compared.environment if one.service == baseline]
        if other:
            said.append(
                f"{baseline}, the baseline of all ratios, is not the same ({_listed(other)}): if it got faster, all "
                "others look slower by as much."
            )
    return said


def causes(compared: Compared) -> list[str]:
    """What else is different, and could be the cause."""
    host = [one for one in compared.environment if one.service is None]
    own: dict[str, list[Difference]] = {}
    for one in compared.environment:
        if one.service is not None and (compared.named is None or one.service in compared.named):
            own.setdefault(one.service, []).append(one)
    said = [f"Host and measurement: {_listed(host)}." if host else ""]
    if 0 < len(own) <= _NAMED:
        said += [f"{name}: {_listed(found)}." for name, found in own.items()]
    elif own:
        said.append(f"Other versions or images: {names(list(own))}; the table below has each.")
    if not host and not own:
        said.append(
            "Nothing that the runs have on record: the same CPU, kernel, engine, base images, limits, versions and "
            "images. The version of Level Ground itself is not on record."
        )
    if hours := _hours(compared.before, compared.after):
        said.append(f"The runs began {hours} apart.")
    return [one for one in said if one]


def pairing(compared: Compared) -> list[str]:
    """Why both versions in one run would answer better, as far as they would."""
    changes = compared.changes
    said = [
        "Two runs are not paired: what the host did in one, it did not do in the other. So the half widths of both are "
        "squared and added, and they hold for all services and scenarios of both runs at once (95 %)."
        if changes
        else "Both versions in one run share the host, the connections, the limits and every minute."
    ]
    if any(one.beyond for one in compared.controls):
        said.append("These two runs disagree about services that did not change: only one run can answer here.")
    if any(one.service is None for one in compared.environment):
        said.append("The host or the measurement is not the same in both runs; in one run it is.")
    if changes and (typical := statistics.median(one.half_width for one in changes)) > math.log1p(WANTED / 100):
        said.append(f"Half of these intervals are wider than ±{_of(typical)}, so a change of {WANTED:g} % is not seen.")
        if within := [_half_width(ratio) for row in compared.rows for ratio in row.ratios if ratio and row.change]:
            said.append(
                f"Two services within one of these runs are compared to about ±{_of(statistics.median(within))}."
            )
    return said


def _answer(compared: Compared, scenario: str, rows: Sequence[Row]) -> Answer:
    found = [(row, row.change) for row in rows if row.change]
    moved = sorted(((row, one) for row, one in found if one.beyond), key=lambda pair: -abs(pair[1].difference))
    still = sorted((one for _, one in found if not one.beyond), key=comparison.bound)
    places = [
        Place(one.service, rounding.change(one.percent), _note(row), one.difference > 0) for row, one in moved[:LISTED]
    ]
    trust = []
    if found and compared.measures[scenario] != _MEASURED:
        trust.append("As it went: one of the runs has no undisturbed cost.")
    trust += [
        f"{one.service}, the image of {compared.baselines[scenario]} again: {rounding.change(one.percent)}; truth is 0."
        for one in compared.controls
        if one.scenario == scenario and is_twin(compared, one.service)
    ]
    return Answer(
        scenario=scenario,
        lead=_lead([one for _, one in moved], len(still)),
        places=places,
        unlisted=len(moved) - len(places),
        bounds=_bounds(still),
        instructions=_instructions(rows),
        trust=trust,
    )


def _lead(moved: Sequence[Change], still: int) -> str:
    if not moved:
        return f"No change was seen in {still} service{'' if still == 1 else 's'}." if still else "Nothing to compare."
    if len(moved) == 1:
        (one,) = moved
        more = "more" if one.difference > 0 else "less"
        return f"{one.service} takes {rounding.size(one.percent)} {more} time per request."
    slower = [one.service for one in moved if one.difference > 0]
    faster = [one.service for one in moved if one.difference < 0]
    parts = [f"{_some(slower)} got slower" if slower else "", f"{_some(faster)} got faster" if faster else ""]
    return f"{'; '.join(part for part in parts if part)}."


def _some(services: Sequence[str], count: int = 3) -> str:
    rest = len(services) - count
    return names(services) if rest <= 0 else f"{', '.join(services[:count])} and {rest} more"


def _bounds(still: Sequence[Change]) -> list[str]:
    """Those that did not change, by how much they surely did not, the narrowest first."""
    groups: dict[float, list[str]] = {}
    for one in still:
        limit = next((limit for limit in WITHIN if comparison.bound(one) <= limit), math.inf)
        groups.setdefault(limit, []).append(one.service)
    said = [
        f"Surely changed by less than {limit} %: {', '.join(services)}."
        for limit, services in groups.items()
        if limit < math.inf
    ]
    if services := groups.get(math.inf):
        worst = rounding.at_most(max(comparison.bound(one) for one in still))
        said.append(f"No change seen, but up to {worst} possible: {', '.join(services)}.")
    return said


def _note(row: Row) -> str:
    return {"same": "the same image", "changed": "another image"}.get(row.image, "")


_SAID = {
    "both moved": "Instructions moved with the time",
    "moved in opposite directions": "Instructions moved in the opposite direction",
    "instructions moved, time did not": "Instructions moved and the time did not",
    "instructions moved, too little for the clock": "Instructions moved, by too little for the clock",
    "time moved, instructions did not": "The time moved, instructions did not (memory, caches, the kernel, the host)",
}


def _instructions(rows: Iterable[Row]) -> list[str]:
    groups: dict[str, list[str]] = {}
    one_count = []
    for row in rows:
        if row.counted is None:
            continue
        if row.counted.half_width == 0:
            one_count.append(row.service)
        elif row.agreement in _SAID:
            groups.setdefault(_SAID[row.agreement], []).append(f"{row.service} {comparison.percent(row.counted)}")
        elif row.change is None and row.counted.beyond:
            groups.setdefault("Instructions of the baseline itself", []).append(
                f"{row.service} {comparison.percent(row.counted)}"
            )
    said = [f"{words}: {', '.join(each)}." for words, each in groups.items()]
    if one_count and not groups:
        said.append("Instructions say nothing here: both runs hold one and the same count of each image.")
    return said


def is_twin(compared: Compared, service: str) -> bool:
    found = compared.after.material
    member = found.run.services.get(service) if found else None
    return bool(member and member.twin_of)


def _listed(found: Iterable[Difference]) -> str:
    return ", ".join(f"{one.what.replace('_', ' ')} {one.before} → {one.after}" for one in found)


def _hours(before: Side, after: Side) -> str:
    try:
        first, second = (
            datetime.fromisoformat(one.material.run.started) for one in (before, after) if one.material is not None
        )
        minutes = abs((second - first).total_seconds()) / 60
    except (ValueError, TypeError):
        return ""
    if minutes < 90:
        return f"{minutes:.0f} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"


def _of(half_width: float) -> str:
    return f"{rounding.digits(100 * math.expm1(half_width), 2)} %"


def _half_width(found: Interval) -> float:
    return math.log(found.high / found.low) / 2 if found.low > 0 else math.inf
