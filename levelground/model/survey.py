"""What `make survey` found: survey.json, from which docs/survey.md is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from levelground.model.interval import Interval

SCHEMA = 1


class Verdict(StrEnum):
    """What a check says of a claim."""

    HOLDS = "holds"
    THROUGH = "holds through"
    """Another library, or an extra, does it: `Answered.through` names it."""
    NOT = "does not hold"
    UNCHECKED = "cannot be checked here"


@dataclass(frozen=True)
class Exchange:
    """What was asked, and what came: both shortened to about a line."""

    request: str
    answer: str


@dataclass(frozen=True)
class Answered:
    """A claim about a system, and what today's check of it says."""

    system: str
    service: str
    says: str
    verdict: Verdict
    evidence: list[Exchange]
    feature: str | None = None
    """Its row in the matrix; null: it is in none."""
    through: str | None = None
    reason: str | None = None
    """Why it does not hold or cannot be checked; or what else the reader of the verdict has to know."""
    broke: bool = False
    """Whether the check itself failed, so that nothing is known of the claim."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Package:
    """A framework by the metadata of its installed distribution."""

    name: str
    version: str
    summary: str | None
    licence: str | None
    kept_by: str | None
    home: str | None
    status: str | None
    """Its classifier `Development Status`."""
    pulls_in: list[str]
    """The distributions that it requires without any extra, and those that they require, without itself."""


@dataclass(frozen=True)
class System:
    """One system of the survey: the facts about the service that runs it. Null: not known, `missing` says why."""

    name: str
    service: str | None
    """Null: it is no service of its own."""
    what: str
    language: str | None = None
    server: str | None = None
    package: Package | None = None
    lines: int | None = None
    """Lines of code of its service's folder, without blank lines and lock files."""
    start_seconds: Interval | None = None
    memory_idle_bytes: Interval | None = None
    declared: dict[str, str] = field(default_factory=dict)
    """The findings of the hostile suites: checks of conformance that it cannot pass, each with the reason."""
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Feature:
    """A row of the matrix."""

    name: str
    need: str
    """Ends the sentence `You need …`; empty: everybody has it, and no advice hangs on it."""


@dataclass(frozen=True)
class Speed:
    """A claim about speed, answered by runs. No evidence: no run can answer it yet."""

    says: str
    means: str
    """What would have to be seen for it to be true."""
    verdict: Verdict
    sentence: str
    evidence: list[str] = field(default_factory=list)
    """A line for each number, with its interval and its run."""
    system: str | None = None
    """Of which system it is said; null: of them all."""


@dataclass(frozen=True)
class Cost:
    """What a framework's cheapest request costs, in the newest run that can tell."""

    service: str
    us_per_request: Interval
    run: str


@dataclass(frozen=True)
class Record:
    """A whole survey: survey.json."""

    survey: str
    """The name of its folder."""
    started: str
    """UTC, ISO 8601."""
    seconds: float
    features: list[Feature]
    systems: list[System]
    claims: list[Answered]
    speed: list[Speed]
    costs: list[Cost] = field(default_factory=list)
    machines: dict[str, str] = field(default_factory=dict)
    """Of each run that speeds and costs come from, in words; older surveys did not say."""
    schema: int = SCHEMA


def broken(claims: Sequence[Answered]) -> list[Answered]:
    """Those whose check failed."""
    return [one for one in claims if one.broke]
