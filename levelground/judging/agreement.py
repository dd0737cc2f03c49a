"""Whether runs of the same thing agree: the ratios of each pair of runs, held against both runs' intervals. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from levelground.judging.summary import Summary
from levelground.model.interval import Interval


@dataclass(frozen=True)
class Comparison:
    """One ratio in two runs."""

    scenario: str
    service: str
    difference: float
    """Of the logarithms, the second run's less the first's."""
    half_width: float
    """Of the difference: both runs' half widths, squared and added, since runs are not paired."""

    @property
    def beyond(self) -> bool:
        """Whether the runs disagree by more than their intervals allow."""
        return abs(self.difference) > self.half_width


def comparisons(runs: Sequence[Summary], measure: str) -> list[Comparison]:
    """Of all pairs of runs, in every scenario, of every service that is valid in both; `measure` names a cell's ratio.

    The baseline, whose ratio is 1 by definition, is left out.
    """
    found = []
    for one, other in combinations(runs, 2):
        for scenario, table in one.scenarios.items():
            for service, cell in table.services.items():
                there = other.scenarios.get(scenario)
                again = there.services.get(service) if there else None
                if service == table.baseline or again is None or not (cell.valid and again.valid):
                    continue
                before: Interval | None = getattr(cell, measure)
                after: Interval | None = getattr(again, measure)
                if before and after:
                    found.append(
                        Comparison(
                            scenario,
                            service,
                            math.log(after.estimate / before.estimate),
                            math.hypot(_half_width(before), _half_width(after)),
                        )
                    )
    return found


def _half_width(interval: Interval) -> float:
    """In logarithms."""
    return math.log(interval.high / interval.low) / 2
