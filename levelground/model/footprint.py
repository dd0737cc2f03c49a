"""What `make footprint` found: footprint.json."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from scipy.special import stdtrit

SCHEMA = 1


@dataclass(frozen=True)
class Sample:
    """One quantity over all repeats. Its interval is null for fewer than two values, its estimate for none."""

    values: list[float]
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Footprint:
    """One service."""

    role: str
    about: dict[str, Any] | None
    """Its answer to GET /about; null if there was none."""
    start_seconds: Sample
    """From the start of its container, as the engine tells it, to the last byte of the first right answer."""
    memory_idle_bytes: Sample
    """Some seconds after its first answer, before any load."""
    memory_loaded_bytes: Sample
    """The most that was seen between the bursts."""
    memory_after_bytes: Sample
    idle_cpu_percent: Sample
    """CPU time divided by time while no request is sent: 100 is one core."""
    image: str | None
    image_bytes: int | None
    """As the engine tells it: all layers, those that it shares with other images included."""
    language_packages: int | None
    system_packages: int | None
    missing: dict[str, str] = field(default_factory=dict)
    """Why a value is null or lacks repeats, by its key."""


@dataclass(frozen=True)
class Report:
    """A whole measurement: footprint.json."""

    run: str
    started: str
    """UTC, ISO 8601."""
    command: str
    repeats: int
    interrupted: bool
    """Whether it was ended before its last repeat."""
    scenario: str
    connections: int
    settle_seconds: float
    idle_seconds: float
    load_seconds: float
    rest_seconds: float
    host: dict[str, Any]
    services: dict[str, Footprint]
    schema: int = SCHEMA


def sample(values: Sequence[float], confidence: float = 0.95) -> Sample:
    """The mean with Student's t interval, cut off at zero, below which nothing that is measured here can be.

    Equal values give an interval without width.
    """
    if len(values) < 2:
        return Sample(list(values), values[0] if values else None, None, None)
    mean = fmean(values)
    half_width = -float(stdtrit(len(values) - 1, (1 - confidence) / 2)) * stdev(values) / math.sqrt(len(values))
    return Sample(list(values), mean, max(0.0, mean - half_width), mean + half_width)
