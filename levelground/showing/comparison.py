"""Two runs side by side: read from their folders, compared, and shown in the terminal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from levelground.judging import comparison
from levelground.judging.comparison import Change, Difference, NotComparable
from levelground.judging.summary import Summary
from levelground.model.folder import Folder
from levelground.model.interval import Interval
from levelground.model.record import Run
from levelground.showing import columns, material, rounding
from levelground.showing.columns import Column
from levelground.showing.material import Material

_WENT = comparison.MEASURES["as_it_went"]
AGREEMENT = {
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
        return AGREEMENT[comparison.agreement(self.change, self.counted)]


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
    def absent(self) -> list[str]:
        """Services that were asked for by name and that neither run has in a scenario of both."""
        known = {row.service for row in self.rows} | set(self.baselines.values())
        return [name for name in self.named or () if name not in known]

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
    try:
        comparison.must_be_comparable(one.run, two.run)
    except NotComparable as error:
        return Compared(before, after, refusal=error.reasons, environment=environment)
    if one.summary is None or two.summary is None:
        unjudged = [f"run {each.name} cannot be judged" for each in (before, after) if each.summary is None]
        return Compared(before, after, refusal=unjudged, environment=environment)
    pair = _Pair(one.run, two.run, one.summary, two.summary)
    return Compared(
        before,
        after,
        tables={
            name: [row for row in pair.rows(name) if named is None or row.service in named] for name in pair.scenarios
        },
        baselines={name: pair.baseline(name) for name in pair.scenarios},
        measures={name: pair.measure(name) for name in pair.scenarios},
        left_out=pair.left_out,
        environment=environment,
        controls=[each for each in pair.changes if pair.is_control(each)],
        named=sorted(named) if named is not None else None,
        above=above,
    )


class _Pair:
    """Two runs that can be compared, with what their rows are made of."""

    def __init__(self, before: Run, after: Run, summary: Summary, again: Summary) -> None:
        self.runs, self.summaries = (before, after), (summary, again)
        self.left_out = comparison.left_out(summary, again)
        self.scenarios = [name for name in summary.scenarios if name not in self.left_out]
        self.changes = comparison.changes(summary, again)
        self.missing = comparison.missing(summary, again)
        self.same = comparison.unchanged(before, after)
        self.went = _by_cell(comparison.changes(summary, again, _WENT))
        self.counted = _by_cell(comparison.counted(summary, again))

    def baseline(self, scenario: str) -> str:
        return str(self.summaries[0].scenarios[scenario].baseline)

    def measure(self, scenario: str) -> str:
        return comparison.measures(*(each.scenarios[scenario] for each in self.summaries))

    def rows(self, scenario: str) -> list[Row]:
        """What got slower first, then the baseline, if it was counted, and what cannot be compared."""
        changes = sorted((one for one in self.changes if one.scenario == scenario), key=lambda one: -one.difference)
        rows = [replace(self._row(scenario, one.service, verdict(one)), change=one) for one in changes]
        if (scenario, self.baseline(scenario)) in self.counted:
            rows.append(self._row(scenario, self.baseline(scenario), "the baseline"))
        rows += [
            replace(self._row(scenario, one.service, one.reason), is_lost=one.is_lost)
            for one in self.missing
            if one.scenario == scenario
        ]
        return rows

    def _row(self, scenario: str, service: str, verdict: str) -> Row:
        measure = self.measure(scenario)
        cells = [each.scenarios[scenario].services.get(service) for each in self.summaries]
        ratios: list[Interval | None] = [getattr(cell, measure, None) for cell in cells]
        return Row(
            scenario,
            service,
            verdict,
            went=self.went.get((scenario, service)) if measure != _WENT else None,
            counted=self.counted.get((scenario, service)),
            ratios=(ratios[0], ratios[1]),
            image=self._image(service),
        )

    def _image(self, service: str) -> str:
        one, two = (comparison.image_of(run, service) for run in self.runs)
        if not (one and two):
            return "–"
        return "same" if one == two else "changed"

    def is_control(self, one: Change) -> bool:
        """Whether it cannot have changed: a twin of the baseline, or the same image beside the same baseline."""
        baseline = self.baseline(one.scenario)
        members = [run.services.get(one.service) for run in self.runs]
        if all(member and member.twin_of == baseline for member in members):
            return True
        return one.service in self.same and baseline in self.same


def _by_cell(changes: Sequence[Change]) -> dict[tuple[str, str], Change]:
    return {(one.scenario, one.service): one for one in changes}


def render(compared: Compared) -> str:
    """A table per scenario, then what else changed between the runs."""
    lines = [f"from {compared.before.name} to {compared.after.name}: more time per request, beside the baseline (95 %)"]
    for scenario, rows in compared.tables.items():
        if rows:
            lines += ["", f"{scenario}:", *columns.lines(_shown(rows, compared.measures[scenario]), {"": rows})]
    if compared.absent:
        lines += ["", f"Not in these runs: {', '.join(compared.absent)}."]
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


def _columns(measure: str) -> tuple[Column[Row], ...]:
    return (
        Column("service", lambda row: row.service, is_word=True),
        Column("as it went" if measure == _WENT else "undisturbed", lambda row: percent(row.change)),
        Column("as it went", lambda row: percent(row.went)),
        Column("instructions", instructions),
        Column("image", lambda row: row.image, is_word=True),
        Column("verdict", lambda row: row.verdict, is_word=True),
    )


def _shown(rows: Sequence[Row], measure: str) -> list[Column[Row]]:
    always = ("service", "verdict")
    return [one for one in _columns(measure) if one.title in always or any(one.text(row) != "–" for row in rows)]


def _environment(found: Sequence[Difference]) -> list[str]:
    if not found:
        return ["Nothing else changed: the same images, versions, kernel and engine."]
    told = [f"  {one.service or 'host'} {one.what}: {one.before} → {one.after}" for one in found]
    return ["What else changed:", *told]
