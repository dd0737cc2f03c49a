"""A survey as a page in Markdown, and in a few lines: from its record alone, the same bytes from the same record.

`python -m levelground.showing.survey` writes docs/survey.md from docs/survey.json.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from levelground.model.interval import Interval
from levelground.model.survey import Answered, Exchange, Record, System, Verdict, broken
from levelground.showing.frame import as_markdown

DOCS = Path(__file__).parent.parent.parent / "docs"
RECORD, PAGE = DOCS / "survey.json", DOCS / "survey.md"
"""The survey of the repository: its record, and the page that is written from it."""

MARKS = {Verdict.HOLDS: "yes", Verdict.THROUGH: "through", Verdict.NOT: "no", Verdict.UNCHECKED: "?"}
SHOWN = 3
"""Exchanges that stand below a verdict on the page; the record has more."""


def read(path: Path = RECORD) -> Record:
    """Raises OSError, msgspec.ValidationError."""
    return msgspec.json.decode(path.read_bytes(), type=Record)


def page(record: Record) -> str:
    """The whole page."""
    return "\n".join(_lines(record)) + "\n"


def summary(record: Record) -> str:
    """What a terminal shows at the end: how many of each verdict, what does not hold, and what broke."""
    counts = [f"{sum(one.verdict is verdict for one in record.claims)} {verdict.value}" for verdict in Verdict]
    lines = [f"{len(record.claims)} claims about {len(record.systems)} systems: {', '.join(counts)}"]
    for one in record.claims:
        if one.verdict is Verdict.NOT or one.broke:
            lines.append(f"  {one.service}: {one.says} {one.verdict.value}: {one.reason}")
    lines += [f"  speed: {one.says} {one.verdict.value}: {one.sentence}" for one in record.speed]
    if failed := broken(record.claims):
        lines.append(f"{len(failed)} checks broke, so nothing is known of their claims")
    return "\n".join(lines)


def _lines(record: Record) -> Iterator[str]:
    yield "# The survey, live"
    yield ""
    yield (
        "What is said of Python's async web frameworks, each claim checked against its running container by "
        "`make survey`."
    )
    yield f"This page was written from the survey of {record.started[:10]} ([its record](survey.json)); do not edit it."
    yield (
        "A verdict is *holds*, *holds through* another library or an extra, *does not hold*, or *cannot be checked "
        "here*; below each stand the requests and answers that show it."
    )
    yield from _guide(record)
    yield from _matrix(record)
    yield from _speed(record)
    for system in record.systems:
        yield from _system(record, system)
    yield from _findings(record)


def _guide(record: Record) -> Iterator[str]:
    yield from _heading("Which one should I take?")
    yield "Derived from the matrix and from the runs; every name leads to what was asked and answered."
    yield ""
    costs = {one.service: one for one in record.costs}
    names = {one.service: one.name for one in record.systems}
    for feature in record.features:
        about = [one for one in record.claims if one.feature == feature.name]
        if not feature.need or not about:
            continue
        yield f"- **You need {feature.need}.** {_advice(record, about)}"
    yield ""
    if costs:
        cheapest = min(costs.values(), key=lambda one: one.us_per_request.estimate)
        told = (
            f"{names.get(one.service, one.service)} {one.us_per_request.estimate:.1f} µs "
            f"({one.us_per_request.low:.1f}–{one.us_per_request.high:.1f})"
            for one in sorted(costs.values(), key=lambda one: one.us_per_request.estimate)
        )
        yield (
            f"What they cost: the cheapest request (`hello`) takes {', '.join(told)} of an undisturbed core "
            f"(run {cheapest.run}); [more about speed](#speed)."
        )
    else:
        yield "What they cost: no run on record can tell; `make bench SERVICES=contenders SCENARIOS=hello` first."
    weights = [one for one in record.systems if one.memory_idle_bytes]
    if weights:
        told = (
            f"{one.name} {_mib(one.memory_idle_bytes)}"
            for one in sorted(weights, key=lambda one: one.memory_idle_bytes.estimate if one.memory_idle_bytes else 0)
        )
        yield f"Memory of an idle worker: {', '.join(told)}."


def _advice(record: Record, about: Sequence[Answered]) -> str:
    """These do it themselves, these through another package, these not; where nothing is claimed, nothing is said."""
    named = {one.name for one in record.systems if one.service is not None}
    first: dict[str, Answered] = {}
    for one in about:
        if one.system in named:
            first.setdefault(one.system, one)
    groups: dict[Verdict, list[Answered]] = {verdict: [] for verdict in Verdict}
    for one in first.values():
        groups[one.verdict].append(one)
    silent = [name for name in named if name not in first]
    parts = []
    if len(groups[Verdict.HOLDS]) == len(named):
        return "All of them have it by themselves."
    if groups[Verdict.HOLDS]:
        parts.append(f"By itself: {_named(groups[Verdict.HOLDS])}.")
    if groups[Verdict.THROUGH]:
        parts.append(f"Through another package: {_named(groups[Verdict.THROUGH])}.")
    if groups[Verdict.NOT]:
        parts.append(f"Not: {_named(groups[Verdict.NOT])}.")
    if groups[Verdict.UNCHECKED]:
        parts.append(f"Could not be checked: {_named(groups[Verdict.UNCHECKED])}.")
    if silent:
        parts.append("Of the others it is not claimed.")
    return " ".join(parts)


def _named(answers: Iterable[Answered]) -> str:
    return ", ".join(
        f"[{one.system}](#{_anchor(one.system)}){f' ({as_markdown(one.through)})' if one.through else ''}"
        for one in answers
    )


def _matrix(record: Record) -> Iterator[str]:
    yield from _heading("Features")
    systems = [one for one in record.systems if one.service is not None]
    yield f"| | {' | '.join(f'[{one.name}](#{_anchor(one.name)})' for one in systems)} |"
    yield f"|---|{'---|' * len(systems)}"
    for feature in record.features:
        cells = [_cell(record, one, feature.name) for one in systems]
        if any(cells):
            yield f"| {feature.name} | {' | '.join(cells)} |"
    yield ""
    yield (
        "*yes*: by itself; *through*: another package or an extra does it (named in the framework's section); *no*: it "
        "was asked and does not, or only by code of the service's own; *?*: it cannot be checked here; empty: it is "
        "not claimed."
    )


def _cell(record: Record, system: System, feature: str) -> str:
    about = [one for one in record.claims if one.system == system.name and one.feature == feature]
    return MARKS[about[0].verdict] if about else ""


def _speed(record: Record) -> Iterator[str]:
    yield from _heading("Speed")
    yield (
        "Each sentence is computed from the newest run that can tell; the intervals in parentheses hold for a whole "
        "table at once, and a ratio takes the worse limit of both sides. Ratios are of undisturbed costs; those *as it "
        "went* are of throughput, where a run was too short for that."
    )
    for machine in dict.fromkeys(record.machines.values()):
        runs = [run for run, words in record.machines.items() if words == machine]
        yield f"Measured on {as_markdown(machine)} (runs {', '.join(runs)}): rates are this machine's."
    for one in record.speed:
        yield ""
        yield f"### {as_markdown(one.says)}"
        yield ""
        yield f"**{one.verdict.value.capitalize()}.** {one.sentence}"
        yield f"It is taken to mean: {one.means}"
        if one.evidence:
            yield ""
            yield from _folded(f"{len(one.evidence)} numbers", one.evidence)


def _system(record: Record, system: System) -> Iterator[str]:
    yield from _heading(system.name)
    yield system.what
    yield ""
    yield from _facts(system)
    about = [one for one in record.claims if one.system == system.name]
    yield ""
    yield f"What surprised: {_surprises(record, system)}"
    for spoken in record.speed:
        if spoken.system == system.name:
            yield ""
            yield f"**{as_markdown(spoken.says)}** *{spoken.verdict.value}.* {spoken.sentence} ([speed](#speed))"
    for one in about:
        yield ""
        yield from _claim(one, system)


def _surprises(record: Record, system: System) -> str:
    """What does not hold, what cannot be checked, and what it breaks of the contract."""
    about = [one for one in record.claims if one.system == system.name]
    told = []
    no = [one.says for one in record.speed if one.system == system.name and one.verdict is Verdict.NOT]
    if no := [*no, *(one.says for one in about if one.verdict is Verdict.NOT)]:
        told.append(f"these do not hold: *{as_markdown(' '.join(no))}*")
    if unknown := sum(one.verdict is Verdict.UNCHECKED for one in about):
        told.append(f"{unknown} {'claim' if unknown == 1 else 'claims'} could not be checked")
    if system.declared:
        rules = "rule" if len(system.declared) == 1 else "rules"
        told.append(f"it breaks {len(system.declared)} {rules} of the contract ([findings](#findings))")
    return f"{'; '.join(told)}." if told else "nothing; all that is claimed of it holds."


def _facts(system: System) -> Iterator[str]:
    package = system.package
    if package is not None:
        yield (
            f"- {as_markdown(package.name)} {as_markdown(package.version)}, the newest release when it was pinned; "
            f"licence: {_or(package.licence)}."
        )
        kept = f"Kept by {as_markdown(package.kept_by)}" if package.kept_by else "Its metadata do not say who keeps it"
        home = f"; {as_markdown(package.home)}" if package.home else ""
        status = f"; status by its own metadata: {as_markdown(package.status)}" if package.status else ""
        yield f"- {kept}{home}{status}."
        pulled = f": {', '.join(package.pulls_in)}" if package.pulls_in else ""
        yield f"- It pulls in {len(package.pulls_in)} other packages by itself{pulled}."
    if system.server:
        yield f"- Here on {as_markdown(system.server)}, {as_markdown(system.language or '')}."
    if system.lines is not None:
        yield f"- Its service has {system.lines:,} lines."
    if system.memory_idle_bytes and system.start_seconds:
        start = system.start_seconds
        yield (
            f"- Idle it has {_mib(system.memory_idle_bytes)} of memory; its first answer comes "
            f"{start.estimate:.2f} s ({start.low:.2f}–{start.high:.2f}) after its start."
        )
    for why in sorted(set(system.missing.values())):
        keys = ", ".join(key.replace("_", " ") for key, text in system.missing.items() if text == why)
        yield f"- Not known ({keys}): {why}."


def _claim(one: Answered, system: System) -> Iterator[str]:
    where = f" ({one.service})" if one.service != system.service else ""
    through = f" {as_markdown(one.through)}" if one.through else ""
    reason = f" {as_markdown(one.reason)}" if one.reason else ""
    yield f"**{as_markdown(one.says)}**{where} *{one.verdict.value}{through}.*{reason}"
    if one.evidence:
        yield ""
        yield from _folded("asked and answered", _told(one.evidence))


def _told(evidence: Sequence[Exchange]) -> list[str]:
    lines = [f"{one.request} → {one.answer}" for one in evidence[:SHOWN]]
    more = len(evidence) - SHOWN
    return lines + ([f"and {more} more in the record"] if more > 0 else [])


def _findings(record: Record) -> Iterator[str]:
    yield from _heading("Findings")
    yield (
        "What `make conformance` found that a framework cannot do in its own idiom; each is declared in its stanza of "
        "compose.yaml."
    )
    yield ""
    found = False
    for system in record.systems:
        for check, reason in system.declared.items():
            found = True
            yield f"- {system.name}, `{check}`: {as_markdown(reason)}"
    if not found:
        yield "None."


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from (f"- {as_markdown(line)}" for line in lines)
    yield ""
    yield "</details>"


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _or(text: str | None) -> str:
    return as_markdown(text) if text else "its metadata name none"


def _mib(one: Interval | None) -> str:
    assert one is not None
    return f"{one.estimate / 2**20:.0f} MiB ({one.low / 2**20:.0f}–{one.high / 2**20:.0f})"


if __name__ == "__main__":
    PAGE.write_text(page(read()))
