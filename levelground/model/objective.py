"""What a rate has to meet in a search for capacity: p99<50ms."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from levelground.model import histogram
from levelground.model.histogram import Histogram

_OBJECTIVE = re.compile(r"\s*p([0-9]+(?:\.[0-9]+)?)\s*<\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Zµμ]*)\s*")
_EXPONENTS = {"us": 0, "µs": 0, "μs": 0, "ms": 3, "s": 6}
_EXAMPLE = "such as p99<50ms"


@dataclass(frozen=True)
class Objective:
    """A percentile of a trial's latencies stays below a limit. Raises ValueError for what nothing could meet."""

    percentile: float
    """In percent, above 0; 100 is the slowest answer."""
    limit_us: float

    def __post_init__(self) -> None:
        if not 0 < self.percentile <= 100:
            raise ValueError(f"a percentile is above 0 and at most 100, not {_plain(self.percentile)}: {_EXAMPLE}")
        if not histogram.middle_us(0) < self.limit_us < math.inf:
            raise ValueError(f"a latency limit is finite and above 10us, the shortest latency that is told: {_EXAMPLE}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads p99<50ms, p99.9 < 200us, p50<1.5s. Raises ValueError, which says what is wrong and what is right."""
        parts = _OBJECTIVE.fullmatch(text)
        if not parts:
            raise ValueError(f"{text!r} is no objective: that is a percentile, <, and a latency, {_EXAMPLE}")
        percentile, limit, unit = parts.groups()
        if unit not in _EXPONENTS:
            problem = f"has the unit {unit!r}" if unit else "has no unit"
            raise ValueError(f"{text!r}: the latency {problem}; give it in us, ms or s, {_EXAMPLE}")
        try:
            return cls(float(percentile), float(Decimal(limit).scaleb(_EXPONENTS[unit])))
        except ValueError as error:
            raise ValueError(f"{text!r}: {error}") from None

    def __str__(self) -> str:
        unit = "s" if self.limit_us >= 1e6 else "ms" if self.limit_us >= 1e3 else "us"
        return f"p{_plain(self.percentile)}<{_plain(self.limit_us, -_EXPONENTS[unit])}{unit}"

    def met(self, latencies: Histogram) -> bool:
        """Whether a trial's latencies meet it; without a single answer they do not. Errors are for the caller to see.

        The percentile (nearest rank) is read as the middle of its bucket, so one within 0.25 % of the limit may fall on
        either side, the same for every service. Of fewer than 1000 answers, p99.9 is the slowest.
        """
        found = histogram.percentile_us(latencies, self.percentile)
        return found is not None and found < self.limit_us


def _plain(number: float, exponent: int = 0) -> str:
    """A number × 10^exponent in digits alone, as many as tell it from its neighbours."""
    return f"{Decimal(repr(number)).scaleb(exponent).normalize():f}"
