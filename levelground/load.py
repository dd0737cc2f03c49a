"""How traffic is timed: as fast as answers come (closed), at a rate (open), or in search of the highest rate that
meets an objective (capacity)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from levelground.capacity import Objective, Search
from levelground.record import Run, Slice

LOADS = ("closed", "open", "capacity")
ANSWERS = 2
"""A closed slice lasts at least until the slowest service has answered every connection so many times."""
ARRIVALS = 25
"""An open slice has at least so many requests."""
TRIAL_LIMITS = 20
"""A trial lasts so many times the objective's limit: a rate 5 % too high breaks it within that time."""
OPEN_SECONDS, LONGEST_SECONDS = 0.1, 5.0


@dataclass(frozen=True)
class Rate:
    """A rate as it was asked for: requests per second, or a share of what the slowest service can do."""

    value: float
    is_share: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2000` or `50%`. Raises ValueError."""
        match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*", text)
        if match is None or float(match[1]) == 0:
            raise ValueError(f"{text!r} is no rate: give requests per second (2000), or a share of the slowest (50%)")
        return cls(float(match[1]) / (100 if match[2] else 1), bool(match[2]))

    def per_second(self, slowest: float) -> float:
        return self.value * slowest if self.is_share else self.value


HALF = Rate(0.5, is_share=True)


def slice_seconds(load: str, shortest: float, slowest: float, connections: int, run_rate: float | None) -> float:
    """How long slices of a scenario are, when the slowest service answers so many requests per second."""
    if load == "closed":
        return min(LONGEST_SECONDS, max(shortest, ANSWERS * connections / slowest))
    assert run_rate is not None
    return min(LONGEST_SECONDS, max(OPEN_SECONDS, ARRIVALS / run_rate))


def trial_seconds(objective: Objective) -> float:
    return min(LONGEST_SECONDS, max(0.25, TRIAL_LIMITS * objective.limit_us / 1e6))


class Load:
    """Which rate the next slice has, from a run's record and the slices that it has by now."""

    def __init__(self, run: Run, slices: Iterable[Slice] = ()) -> None:
        self._run = run
        self._objective = Objective.parse(run.objective) if run.objective else None
        self.searches: dict[str, dict[str, Search]] = {}
        """By scenario and service, if the load is capacity."""
        if run.load == "capacity":
            self.searches = {
                scenario: {name: _search(run, name, saturated) for name, saturated in services.items()}
                for scenario, services in run.saturated_per_second.items()
            }
        for one in slices:
            self.add(one)

    def rate(self, scenario: str, service: str) -> float | None:
        """Requests per second; None: as fast as answers come."""
        if self._run.load == "closed":
            return None
        if self._run.load == "open":
            return self._run.rates_per_second[scenario]
        return self.searches[scenario][service].next()

    def add(self, one: Slice) -> None:
        """Takes a slice into account."""
        if self._objective is None or one.warmup or one.offered_per_second is None:
            return
        met = not one.errors and not one.unanswered and self._objective.met(one.latency)
        self.searches[one.scenario][one.service].add(one.offered_per_second, met, one.round)


def _search(run: Run, service: str, saturated: float) -> Search:
    # A closed loop shows roughly what it can do, in a burst too short to be sure of.
    saturated = max(saturated, 1.0)
    return Search(f"{run.seed}:{service}", floor=saturated / 100, ceiling=10 * saturated)


def slowest(saturated: Mapping[str, float]) -> float:
    """The lowest of some rates that is not zero; 1 if there is none."""
    return min((rate for rate in saturated.values() if rate > 0), default=1.0)
