"""An estimate with its confidence limits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """An estimate between its confidence limits, all in the unit of what was estimated."""

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.estimate:.3f} ({self.low:.3f}–{self.high:.3f})"
