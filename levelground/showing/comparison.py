"""Two runs side by side: read from their folders, compared, and shown in the terminal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from levelground.judging import comparison
from levelground.judging.comparison import Change, Difference, Missing, NotComparable
from levelground.judging.summary import Summary
from levelground.model.folder import Folder
from levelground.model.interval import Interval
from levelground.showing import columns, material, rounding
from levelground.showing.columns import Column
from levelground.showing.material import Material

_AGREEMENT = {
    "one count": "the same image: one count",
    "both": "both moved",
    "neither": "neither moved",
    "opposite": "moved in opposite directions",
    "time alone": "time moved, instructions did not",
    "instructions alone": "instructions moved, time did not",
    "too small for the clock": "instructions moved, too little for the clock",
}


@dataclass(frozen=True)
class Side:
    """One of two runs."""

    name: str
    """Of its folder."""
    material: Material | None
    problem: str = ""
    """Why it cannot be read; empty: it can."""

    @property
    def summary(self) -> Summary | None:
        return self.material.summary if self.material else None


@dataclass(frozen=True)
class Row:
    """One service in one scenario."""

    scenario: str
    service: str
    verdict: str
    change: Change | None = None
    """Of the time per request; None: it is not compared."""
    went: Change | None = None
    """As it went, where `change` is of the undisturbed time."""
    counted: Change | None = None
    ratios: tuple[Interval | None, Interval | None] = (None, None)
    """To the baseline, in each run."""
    image: str = "–"
    """Whether its image is the same."""
    is_lost: bool = False
    """Valid in the first run, and not in the second."""

    @property
    def agreement(self) -> str:
        """Whether time and instructions say the same."""
        if self.change is None or self.counted is None:
            return "–"
        return _AGREEMENT[comparison.agreement(self.change, self.counted)]


@dataclass(frozen=True)
class Compared:
    """What two runs say of each other."""

    before: Side
    after: Side
    refusal: Sequence[str] = ()
    """Why they cannot be compared; empty: they can."""
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By scenario, what got slower first."""
    baselines: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    """Which ratio is compared, by scenario."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Scenarios that are not compared, and why."""
    environment: Sequence[Difference] = ()
    controls: Sequence[Change] = ()
    """Of services that did not change, whatever services were asked for: the truth is 0."""
    named: Sequence[str] | None = None
    """The services that were asked for; None: all."""
    above: float | None = None
    """A share by which no service may be slower; None: any may."""

    @property
    def rows(self) -> list[Row]:
        return [row for rows in self.tables.values() for row in rows]

    @property
    def changes(self) -> list[Change]:
        return [row.change for row in self.rows if row.change]

    @property
    def worse(self) -> list[Change]:
        """What is surely slower by more than was allowed."""
        if self.above is None:
            return []
        changes = self.changes
        return comparison.worse(changes, [one.service for one in changes], self.above)

    @property
    def lost(self) -> list[Row]:
        """Cells of services that were asked for by name, valid in the first run only, where a limit was given."""
        if self.above is None or self.named is None:
            return []
        return [row for row in self.rows if row.is_lost]


def side(folder: Folder) -> Side:
    """A run, or why it cannot be read."""
    try:
        return Side(folder.name, material.read_judged(folder))
    except (*material.UNREADABLE, TypeError, AttributeError) as error:
        return Side(folder.name, None, f"run {folder.name} cannot be read: {' '.join(str(error).split())}")


def of(before: Side, after: Side, named: Collection[str] | None = None, above: float | None = None) -> Compared:
    """Compares two runs; `named` services, or all that either of them has."""
    one, two = before.material, after.material
    if one is None or two is None:
        return Compared(before, after, refusal=[each.problem for each in (before, after) if each.problem])
    environment = comparison.environment(one.run, two.run)
    unjudged = [f"run {each.name} cannot be judged" for each in (before, after) if each.summary is None]
    try:
        comparison.must_be_comparable(one.run, two.run)
    except NotComparable as error:
        return Compared(before, after, refusal=error.reasons, environment=environment)
    if one.summary is None or two.summary is None:
        return Compared(before, after, refusal=unjudged, environment=environment)
    return _compared(before, after, one, two, named, above)


def _compared(
    before: Side, after: Side, one: Material, two: Material, named: Collection[str] | None, above: float | None
) -> Compared:
    assert one.summary
    assert two.summary
    changes = comparison.changes(one.summary, two.summary)
    same = comparison.unchanged(one.run, two.run)
    went = {(each.scenario, each.service): each for each in comparison.changes(one.summary, two.summary, _WENT)}
    counted = {(each.scenario, each.service): each for each in comparison.counted(one.summary, two.summary)}
    left_out = comparison.left_out(one.summary, two.summary)
    tables, baselines, measures = {}, {}, {}
    for name, table in one.summary.scenarios.items():
        if name in left_out:
            continue
        again = two.summary.scenarios[name]
        measures[name], baselines[name] = comparison.measures(table, again), str(table.baseline)
        missing = [each for each in comparison.missing(one.summary, two.summary) if each.scenario == name]
        own: list[Change | Missing] = [each for each in changes if each.scenario == name]
        if (name, str(table.baseline)) in counted:
            own.append(Missing(name, str(table.baseline), "the baseline"))
        rows = []
        for each in [*sorted(own, key=_slowest_first), *missing]:
            key = (name, each.service)
            if named is not None and each.service not in named:
                continue
            cells = table.services.get(each.service), again.services.get(each.service)
            known = each.service in one.run.services and each.service in two.run.services
            images = [comparison.image_of(run, each.service) for run in (one.run, two.run)]
            rows.append(
                Row(
                    scenario=name,
                    service=each.service,
                    verdict=verdict(each) if isinstance(each, Change) else each.reason,
                    change=each if isinstance(each, Change) else None,
                    went=went.get(key) if measures[name] != _WENT else None,
                    counted=counted.get(key),
                    ratios=(_ratio(cells[0], measures[name]), _ratio(cells[1], measures[name])),
                    image=("same" if each.service in same else "changed") if known and all(images) else "–",
                    is_lost=isinstance(each, Missing) and each.is_lost,
                )
            )
        tables[name] = rows
    return Compared(
        before,
        after,
        tables=tables,
        baselines=baselines,
        measures=measures,
        left_out=left_out,
        environment=comparison.environment(one.run, two.run),
        controls=[each for each in changes if _is_control(each, one, two, same, baselines[each.scenario])],
        named=sorted(named) if named is not None else None,
        above=above,
    )


_WENT = comparison.MEASURES["as_it_went"]


def _slowest_first(one: Change | Missing) -> tuple[bool, float]:
    return isinstance(one, Missing), -one.difference if isinstance(one, Change) else 0.0


def _ratio(cell: object, measure: str) -> Interval | None:
    found: Interval | None = getattr(cell, measure, None)
    return found


def _is_control(one: Change, before: Material, after: Material, same: Collection[str], baseline: str) -> bool:
    """A twin of the baseline in both runs, or the same image beside the same baseline."""
    members = [each.run.services.get(one.service) for each in (before, after)]
    if all(member and member.twin_of == baseline for member in members):
        return True
    return one.service in same and baseline in same


def render(compared: Compared) -> str:
    """A table per scenario, then what else changed between the runs."""
    lines = [f"from {compared.before.name} to {compared.after.name}: more time per request, beside the baseline (95 %)"]
    for scenario, rows in compared.tables.items():
        if rows:
            lines += ["", f"{scenario}:", *columns.lines(_shown(rows), {"": rows})]
    lines += [f"\n{scenario} is not compared: {reason}" for scenario, reason in compared.left_out.items()]
    lines += ["", *_environment(compared.environment)]
    lines += [
        "",
        "Two runs are not paired, and these intervals hold for all rows at once. For a sharper answer measure both",
        "versions in one run, as a variant in compose.yaml (CONTRIBUTING.md).",
    ]
    return "\n".join(lines)


def verdict(change: Change) -> str:
    """In a word or two; a change that could not be seen is bounded."""
    if change.beyond:
        return "slower" if change.difference > 0 else "faster"
    return f"no change seen (up to {rounding.at_most(bound(change))} possible)"


def bound(change: Change) -> float:
    """How large it may be, whichever way, in percent."""
    return max(abs(change.percent.low), abs(change.percent.high))


def percent(change: Change | None) -> str:
    return rounding.change(change.percent) if change else "–"


def instructions(row: Row) -> str:
    if row.counted and row.counted.half_width == 0:
        return "same count"
    return percent(row.counted)


_COLUMNS: tuple[Column[Row], ...] = (
    Column("service", lambda row: row.service, is_word=True),
    Column("undisturbed", lambda row: percent(row.change)),
    Column("as it went", lambda row: percent(row.went)),
    Column("instructions", instructions),
    Column("image", lambda row: row.image, is_word=True),
    Column("verdict", lambda row: row.verdict, is_word=True),
)


def _shown(rows: Sequence[Row]) -> list[Column[Row]]:
    always = ("service", "undisturbed", "verdict")
    return [one for one in _COLUMNS if one.title in always or any(one.text(row) != "–" for row in rows)]


def _environment(found: Sequence[Difference]) -> list[str]:
    if not found:
        return ["Nothing else changed: the same images, versions, kernel and engine."]
    told = [f"  {one.service or 'host'} {one.what}: {one.before} → {one.after}" for one in found]
    return ["What else changed:", *told]
