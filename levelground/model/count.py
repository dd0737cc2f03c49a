"""What `make count` found: count.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

SCHEMA = 1
LARGEST_SPREAD = 0.001
"""A larger spread is shown beside the figure."""
BUSY_SHARE = 0.6
"""A busy process does this share of an idle one's work by the clock, because it is late and awake anyway.

Measured on uvicorn, between repeats of 3 and of 7 seconds.
"""


@dataclass(frozen=True)
class Repeat:
    """What one start of a service executed, without processes that never answer a request."""

    requests: int
    instructions: int
    seconds: float
    idle_per_second: list[float]
    """Instructions per second while no request was sent, in each idle reading."""


@dataclass(frozen=True)
class Count:
    """One service in one scenario."""

    instructions_per_request: float
    """The mean of its repeats."""
    spread: float
    """How far the repeats are apart, as a share of their mean."""
    per_request: list[float]
    """In each repeat."""
    idle_per_second: float
    """Instructions per second while no request is sent; BUSY_SHARE of them is subtracted for each second."""
    repeats: list[Repeat]


@dataclass(frozen=True)
class Counted:
    """One service."""

    role: str
    image: str | None
    about: dict[str, Any] | None
    """Its answer to GET /about under callgrind; null if there was none."""
    scenarios: dict[str, Count] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Why there is no count, by scenario."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Scenarios that it is not meant to answer, and why."""


@dataclass(frozen=True)
class Report:
    """A whole measurement: count.json."""

    run: str
    started: str
    """UTC, ISO 8601."""
    command: str
    seed: int
    connections: int
    repeats: int
    interrupted: bool
    """Whether it was ended before its last service."""
    scenarios: dict[str, str]
    """SHA-256 of each scenario's byte stream."""
    host: dict[str, Any]
    services: dict[str, Counted]
    schema: int = SCHEMA


def of(repeats: Sequence[Repeat]) -> Count:
    """Work by the clock is the median of all idle readings, since a single one may be an exception.

    Raises ValueError if nothing was counted.
    """
    if not repeats or not all(one.instructions for one in repeats):
        raise ValueError("nothing was counted")
    rates = [rate for one in repeats for rate in one.idle_per_second]
    idle = median(rates) if rates else 0.0
    each = [(one.instructions - BUSY_SHARE * idle * one.seconds) / one.requests for one in repeats]
    mean = fmean(each)
    return Count(mean, (max(each) - min(each)) / mean, each, idle, list(repeats))


def is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two answers to GET /about describe the same program with the same settings, whatever its container."""
    return _settings(one) == _settings(other)


def _settings(about: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (about or {}).items() if key not in ("container", "limits")}
