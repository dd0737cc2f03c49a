"""Two runs side by side, in words for the terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from levelground.judging.comparison import Change
from levelground.model.interval import Interval
from levelground.showing import columns
from levelground.showing.columns import Column


@dataclass(frozen=True)
class Compared:
    """What two runs say of each other."""

    before: str
    after: str
    changes: Sequence[Change]
    """Of the undisturbed time per request."""
    went: Sequence[Change]
    """Of the time per request as it went."""
    counted: Mapping[tuple[str, str], float]
    """Percent more instructions, by scenario and service."""
    environment: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class _Row:
    change: Change
    went: Change | None
    counted: float | None


def render(compared: Compared) -> str:
    """A table per scenario, then what else changed between the runs."""
    lines = [f"from {compared.before} to {compared.after}: more time per request, beside the baseline (95 %)"]
    went = {(one.scenario, one.service): one for one in compared.went}
    for scenario in dict.fromkeys(one.scenario for one in compared.changes):
        rows = [
            _Row(one, went.get((scenario, one.service)), compared.counted.get((scenario, one.service)))
            for one in sorted(compared.changes, key=lambda one: -one.difference)
            if one.scenario == scenario
        ]
        lines += ["", f"{scenario}:", *columns.lines(_shown(rows), {"": rows})]
    lines += ["", *_environment(compared.environment)]
    lines += [
        "",
        "Two runs are not paired, and these intervals hold for all rows at once. For a sharper answer measure both",
        "versions in one run, as a variant in compose.yaml (CONTRIBUTING.md).",
    ]
    return "\n".join(lines)


def percent(change: Interval) -> str:
    """In as many digits as the interval supports."""
    digits = 1 if change.high - change.low < 10 else 0
    return f"{change.estimate:+.{digits}f} % ({change.low:+.{digits}f} to {change.high:+.{digits}f})"


def verdict(change: Change) -> str:
    """In a word or two; a change that could not be seen is bounded."""
    if change.beyond:
        return "slower" if change.difference > 0 else "faster"
    bound = max(abs(change.percent.low), abs(change.percent.high))
    return f"no change seen (up to {bound:.1f} % possible)"


_COLUMNS: tuple[Column[_Row], ...] = (
    Column("service", lambda row: row.change.service, is_word=True),
    Column("undisturbed", lambda row: percent(row.change.percent)),
    Column("as it went", lambda row: percent(row.went.percent) if row.went else "–"),
    Column("instructions", lambda row: "–" if row.counted is None else f"{row.counted:+.2f} %"),
    Column("verdict", lambda row: verdict(row.change), is_word=True),
)
_OPTIONAL = _COLUMNS[3]


def _shown(rows: Sequence[_Row]) -> list[Column[_Row]]:
    return [one for one in _COLUMNS if one is not _OPTIONAL or any(row.counted is not None for row in rows)]


def _environment(found: Sequence[tuple[str, str, str]]) -> list[str]:
    if not found:
        return ["Nothing else changed: the same images, versions, kernel and engine."]
    return ["What else changed:", *(f"  {what}: {one} → {two}" for what, one, two in found)]
