"""How traffic is timed: as fast as answers come (closed), at a rate (open), or in search of the highest rate that
meets an objective (capacity)."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Self

import numpy as np
from scipy.special import logit

from levelground.model.objective import Objective
from levelground.model.record import Run, Slice
from levelground.model.trials import SCALES, STEP, Trials, add, of_run

LOADS = ("closed", "open", "capacity")
ANSWERS = 2
"""A closed slice lasts at least until the slowest service has answered every connection so many times."""
TURNS, WINDOWS = 8, 1.75
"""A closed slice holds so many turns of all connections, and so many windows."""
ARRIVALS = 25
"""An open slice has at least so many requests."""
TRIAL_LIMITS = 20
"""A trial lasts so many times the objective's limit: a rate 5 % too high breaks it within that time."""
OPEN_SECONDS, LONGEST_SECONDS = 0.1, 5.0
_CENTRAL = 0.9
"""Rates are drawn from where this central part of the fitted curve lies."""


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


def closed_seconds(shortest: float, connections: int, window: int, rate: float) -> float:
    """How long slices of a service are that answers at such a rate, to hold turns, and windows of so many answers."""
    answers = max(TURNS * connections, WINDOWS * window)
    return min(LONGEST_SECONDS, max(shortest, answers / max(rate, 1.0)))


def trial_seconds(objective: Objective) -> float:
    return min(LONGEST_SECONDS, max(0.25, TRIAL_LIMITS * objective.limit_us / 1e6))


class Rates:
    """Which rate the next slice has, from a run's record and the slices that it has by now."""

    def __init__(self, run: Run, slices: Iterable[Slice] = ()) -> None:
        self._run = run
        self._trials = of_run(run, slices) if run.load == "capacity" else {}

    def next(self, scenario: str, service: str) -> float | None:
        """Requests per second; None: as fast as answers come."""
        if self._run.load == "closed":
            return None
        if self._run.load == "open":
            return self._run.rates_per_second[scenario]
        return next_rate(self._trials[scenario][service], f"{self._run.seed}:{service}")

    def add(self, one: Slice) -> None:
        """Takes a slice into account."""
        add(self._run, self._trials, one)


def slowest(saturated: Mapping[str, float]) -> float:
    """The lowest of some rates that is not zero; 1 if there is none."""
    return min((rate for rate in saturated.values() if rate > 0), default=1.0)


def next_rate(trials: Trials, seed: str) -> float:
    """The rate to try next, per second: a function of the seed and of all trials so far; each service has its own seed.

    Rates: doubled or halved (times 1.7 to 2.3, at random) until one was met and one was missed.
    From then on each is a draw from the posterior: a capacity and a scale, and a place on their curve.
    So rates are spread over the whole slope at all times, no rate follows from the last outcome alone, a false failure
    is found out by later draws, and where the host drifts, high and low rates see all of it.
    It takes 0.2 ms, however many trials there were.
    """
    random = Random(f"{seed}:trial:{len(trials.met)}")
    met = [rate for rate, met in zip(trials.log_rates, trials.met, strict=True) if met]
    missed = [rate for rate, met in zip(trials.log_rates, trials.met, strict=True) if not met]
    about_two = math.log(2) * random.uniform(0.8, 1.2)
    if met and missed:
        log_rate = _draw(trials, random)
    elif met:
        log_rate = max(met) + about_two
    elif missed:
        log_rate = min(missed) - about_two
    else:
        log_rate = (math.log(trials.floor) + math.log(trials.ceiling)) / 2
    return min(max(math.exp(log_rate), trials.floor), trials.ceiling)


def _draw(trials: Trials, random: Random) -> float:
    cumulative = np.cumsum(np.exp(trials.log_posterior - np.max(trials.log_posterior)))
    cell = int(np.searchsorted(cumulative, random.random() * cumulative[-1], side="right"))
    capacity, scale, _ = np.unravel_index(min(cell, len(cumulative) - 1), trials.log_posterior.shape)
    within_step = STEP * (random.random() - 0.5)
    place = logit(0.5 + _CENTRAL * (random.random() - 0.5))
    return float(trials.grid[capacity] + within_step + SCALES[scale] * place)
