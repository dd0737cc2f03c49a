"""Two runs side by side as one page that needs nothing else, as Markdown for a pull request, and as CSV.

All of it lies in results/compare/, by the names of the two runs. Two runs that cannot be compared have a page too: it
says why, and what differs.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levelground.judging.comparison import Change
from levelground.showing import changed, comparison, facts, frame, listing, rounding
from levelground.showing.comparison import Compared, Row, Side
from levelground.showing.frame import as_code, as_markdown
from levelground.showing.listing import Field, Listing
from levelground.stand import catalog

FOLDER = "compare"
_TIME = "time"
_COUNT = "instructions"


def write(results: Path, compared: Compared) -> Path:
    """Writes the page, and beside it Markdown and CSV; the page's path."""
    html, changes = _page(compared)
    path = results / FOLDER / f"{name(compared)}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.replace(path, html)
    frame.replace(path.with_suffix(".md"), markdown(compared))
    if changes.count:
        path.with_suffix(".csv").write_bytes(changes.csv.encode())
    return path


def name(compared: Compared) -> str:
    """Of its files, without an ending."""
    return f"{listing.safe(compared.before.name)}..{listing.safe(compared.after.name)}"


def page(compared: Compared) -> str:
    """The page; a pure function of what was compared."""
    return _page(compared)[0]


def _page(compared: Compared) -> tuple[str, Listing]:
    catalogue = [one.name for one in catalog.read()]
    drawn = _figures(compared, catalogue)
    everything = _listing(name(compared), "All changes", compared.rows, compared)
    services = list(dict.fromkeys(row.service for row in compared.rows))
    other, same = _environment(compared)
    html = frame.render(
        "comparison.html",
        frame.plots(
            {one.name: one.spec for one in drawn if one.spec}, services, most_changed_first(compared), catalogue
        ),
        compared=compared,
        sides=[_Told.of(letter, side, catalogue) for letter, side in _sides(compared)],
        verdicts=changed.verdicts(compared),
        failed=bool(compared.worse or compared.lost),
        summary=changed.summary(compared),
        warnings=changed.warnings(compared),
        answers=changed.answers(compared),
        causes=changed.causes(compared),
        pairing=changed.pairing(compared),
        scenarios=drawn,
        changes=everything,
        environment=other,
        unchanged=same,
        file=f"{name(compared)}.csv",
        commands=commands(compared),
    )
    return html, everything


def commands(compared: Compared) -> list[str]:
    """What makes both runs again, as far as they are known, and compares them."""
    words = ["make compare", f"A={shlex.quote(compared.before.name)}", f"B={shlex.quote(compared.after.name)}"]
    if compared.named is not None:
        words.append(f"SERVICES={shlex.quote(','.join(compared.named))}")
    if compared.above is not None:
        words.append(f"FAIL_ABOVE={100 * compared.above:g}%")
    benches = [facts.command(side.material.run) for _, side in _sides(compared) if side.material]
    return [*dict.fromkeys(benches), " ".join(words)]


def _sides(compared: Compared) -> list[tuple[str, Side]]:
    return [("A", compared.before), ("B", compared.after)]


@dataclass(frozen=True)
class _Told:
    """What the page's head says of one run."""

    letter: str
    name: str
    machine: str
    notes: list[str]

    @classmethod
    def of(cls, letter: str, side: Side, catalogue: Sequence[str]) -> "_Told":
        if side.material is None:
            return cls(letter, side.name, side.problem, [])
        run = side.material.run
        words = f"{facts.machine(run)}; {facts.traffic(run)}; begun {run.started}."
        return cls(letter, side.name, words, [*side.material.problems, *facts.notes(run, catalogue)])


# The plot and the table of each scenario.


def _figures(compared: Compared, catalogue: Sequence[str]) -> list[Any]:
    if not any(compared.tables.values()):
        return []
    # Altair takes a third of a second to load, and a page without a plot needs none.
    from levelground.showing import charts, figures
    from levelground.showing.charts import Dot

    def dot(one: Change, kind: str, word: str = "") -> Dot:
        percent = one.percent
        return Dot(one.service, kind, percent.estimate, percent.low, percent.high, word, rounding.change(percent))

    drawn = []
    for scenario, rows in compared.tables.items():
        if not rows:
            continue
        dots = [dot(row.change, _TIME, row.verdict if row.change.beyond else "") for row in rows if row.change]
        counts = [dot(row.counted, _COUNT) for row in rows if row.change and row.counted and row.counted.half_width]
        twins = [
            one for one in compared.controls if one.scenario == scenario and changed.is_twin(compared, one.service)
        ]
        spec = None
        if dots:
            spec = charts.dots(
                [*dots, *counts],
                figures.Looks(catalogue).of([row.service for row in rows]),
                title="% more time per request",
                description=f"{scenario}: by how many percent more time each service takes per request in the second "
                "run, with its 95 % interval; the table below has the same numbers.",
                strong=[row.service for row in rows if row.change and row.change.beyond],
                line=0.0,
                band=(twins[0].percent.low, twins[0].percent.high) if twins else None,
                strokes=[_COUNT],
            )
        drawn.append(
            figures.Figure(
                scenario,
                f"From A to B, by the ratio to {compared.baselines[scenario]}",
                _caption(compared, scenario, bool(dots), bool(counts), bool(twins)),
                spec,
                _listing(scenario, f"{scenario}: changes from A to B", rows, compared),
                is_open=True,
            )
        )
    return drawn


def _caption(compared: Compared, scenario: str, has_dots: bool, has_counts: bool, has_twin: bool) -> str:
    if not has_dots:
        return "Nothing can be compared here: the verdicts say why."
    of = "undisturbed time" if compared.measures[scenario] == "undisturbed_ratio" else "time as it went"
    said = (
        f"The {of} per request, by that of {compared.baselines[scenario]}. Right of the line: slower. "
        "Bold: surely changed."
    )
    if has_counts:
        said += " The short upright line is the change in counted instructions."
    return f"{said} The grey band is the twin's interval: the instrument's own error." if has_twin else said


def _of_change(key: str, title: str, of: str) -> Field[Row]:
    return Field(key, title, lambda row: comparison.percent(getattr(row, of)))


_FIELDS = (
    Field[Row]("service", "service", lambda row: row.service, is_word=True),
    _of_change("time", "time per request (95 %)", "change"),
    Field[Row]("verdict", "verdict", lambda row: row.verdict, is_word=True),
    Field[Row]("instructions", "instructions", comparison.instructions),
    Field[Row]("agreement", "time and instructions", lambda row: row.agreement, is_word=True),
    _of_change("as_it_went", "as it went (95 %)", "went"),
    Field[Row]("ratio_a", "ratio in A (95 %)", lambda row: rounding.interval(row.ratios[0])),
    Field[Row]("ratio_b", "ratio in B (95 %)", lambda row: rounding.interval(row.ratios[1])),
    Field[Row]("image", "image", lambda row: row.image, is_word=True),
)
_ALWAYS = ("service", "time", "verdict")
_NOTHING = {"–", comparison.AGREEMENT["one count"]}
"""A column in which nothing else stands is left out."""


def _listing(file: str, caption: str, rows: Sequence[Row], compared: Compared) -> Listing:
    fields = [one for one in _FIELDS if one.key in _ALWAYS or not {one.text(row) for row in rows} <= _NOTHING]
    headings = ["scenario", "service"]
    for kind in ("time", "as_it_went", "instructions"):
        headings += [f"{kind}_percent", f"{kind}_percent.low", f"{kind}_percent.high"]
    headings += ["ratio_a", "ratio_b", "ratio_of", "image", "verdict"]
    values = [
        [
            row.scenario,
            row.service,
            *(value for one in (row.change, row.went, row.counted) for value in _numbers(one)),
            *(ratio.estimate if ratio else None for ratio in row.ratios),
            *(compared.measures[row.scenario], row.image, row.verdict),
        ]
        for row in rows
    ]
    return listing.of(file, caption, fields, {"": rows}, listing.as_csv(headings, values))


def _numbers(one: Change | None) -> list[float | None]:
    return [one.percent.estimate, one.percent.low, one.percent.high] if one else [None] * 3


def most_changed_first(compared: Compared) -> list[str]:
    """In this order services have their colours: those that surely changed, then the others, by how far they moved."""
    moved: dict[str, tuple[bool, float]] = {}
    for one in compared.changes:
        found = (one.beyond, abs(one.difference))
        moved[one.service] = max(moved.get(one.service, found), found)
    return sorted(moved, key=lambda service: moved[service], reverse=True)


# The environment of both.


@dataclass(frozen=True)
class _Fact:
    what: str
    before: str
    after: str

    @property
    def is_other(self) -> bool:
        return self.before != self.after


_FACTS = (
    Field[_Fact]("what", "what", lambda row: row.what, is_word=True),
    Field[_Fact]("a", "A", lambda row: row.before, is_word=True),
    Field[_Fact]("b", "B", lambda row: row.after, is_word=True),
)


def _environment(compared: Compared) -> tuple[Listing, Listing]:
    """Everything that is on record of both runs: what differs, and what is the same."""
    runs = [side.material.run if side.material else None for _, side in _sides(compared)]
    services = [list(run.services) if run else [] for run in runs]
    # What only one run measured is one fact, not several.
    both = [name for name in services[0] if name in services[1]] if all(runs) else services[0] or services[1]
    told = [facts.told(run, both) if run else {} for run in runs]
    if all(runs):
        for own, found in zip(services, told, strict=True):
            for name in dict.fromkeys((*services[0], *services[1])):
                if name not in both:
                    found[name] = "measured" if name in own else "not in this run"
    rows = [_Fact(what, *(one.get(what, "–") for one in told)) for what in dict.fromkeys((*told[0], *told[1]))]
    other, same = ([row for row in rows if row.is_other == wanted] for wanted in (True, False))
    return (
        listing.of("environment", "What differs", _FACTS, {"": other}),
        listing.of("environment-same", "What is the same", _FACTS, {"": same}),
    )


# Markdown.


def markdown(compared: Compared) -> str:
    """For a pull request: the answer in sentences, what surely changed, everything else folded away."""
    lines = [f"### Level Ground: {as_markdown(compared.before.name)} → {as_markdown(compared.after.name)}", ""]
    if compared.refusal:
        lines += ["**These runs cannot be compared:**", "", *(f"- {as_markdown(one)}" for one in compared.refusal), ""]
        return "\n".join(lines)
    for one in [*changed.verdicts(compared), changed.summary(compared)]:
        lines += [f"**{as_markdown(one)}**", ""]
    lines += [f"> {as_markdown(one)}\n" for one in changed.warnings(compared)]
    for told in changed.answers(compared):
        said = [told.lead, *told.bounds, *told.instructions, *told.trust]
        lines.append(f"- {as_markdown(told.scenario)}: {as_markdown(' '.join(said))}")
    lines += ["", *(f"- {as_markdown(one)}" for one in _notes(compared))]
    surely = [row for row in compared.rows if row.change and row.change.beyond]
    if surely:
        lines += ["", *_rows(surely)]
    lines += ["", "What else is different:", "", *(f"- {as_markdown(one)}" for one in changed.causes(compared)), ""]
    if len(compared.rows) > len(surely):
        folded = ["<details><summary>All rows</summary>", "", *_rows(compared.rows), "", "</details>", ""]
        lines += folded
    lines += [as_markdown(" ".join(changed.pairing(compared))), "", *as_code(commands(compared)), ""]
    return "\n".join(lines)


def _notes(compared: Compared) -> list[str]:
    said = [f"Not in these runs: {', '.join(compared.absent)}."] if compared.absent else []
    said += [f"{name} is not compared: {reason}." for name, reason in compared.left_out.items()]
    catalogue = [one.name for one in catalog.read()]
    for letter, side in _sides(compared):
        said += [f"{letter}: {one}" for one in _Told.of(letter, side, catalogue).notes]
    return said


def _rows(rows: Sequence[Row]) -> list[str]:
    lines = [
        "| scenario | service | time per request (95 %) | instructions | image | verdict |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [row.scenario, row.service, comparison.percent(row.change), comparison.instructions(row)]
        lines.append(f"| {' | '.join(map(as_markdown, [*cells, row.image, row.verdict]))} |")
    return lines
