"""A service's capacity, the highest open-loop rate at which it still meets an objective, from trials of rates.

Pure arithmetic. `traffic.rates` chooses the next rate from it, and `judging.capacity` computes the interval.
A trial is one short slice at one rate: it met the objective without an error, or it did not.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from levelground.model.objective import Objective
from levelground.model.record import Run, Slice

Floats = NDArray[np.float64]

_GUESS = 0.01
"""The probability that a trial far above the capacity still meets the objective."""
LAPSES = np.array([0.01, 0.025, 0.06, 0.13])
"""Probabilities that a trial far below the capacity misses the objective: the host's noise."""
SCALES = np.geomspace(0.005, 0.4, 8)
"""Of the logistic curve, in log rate: from 9 in 10 to 1 in 10 met, the rate rises by a factor of exp(4.4 × scale)."""

STEP = 0.015
"""Of the search's grid, in log rate. Rates are drawn from between its points, too."""
_BEYOND = math.log(4)
"""How far the capacity may lie beyond the rates that the search may try, in log rate."""


class Trials:
    """A posterior over one service's capacity.

    The model: a trial at a rate meets the objective with probability
    guess + (1 - guess - lapse) × logistic((log capacity - log rate) / scale), guess being 1 %.
    So at the capacity, half of the trials that no lapse spoils meet the objective.
    Capacity, scale and lapse are unknown; the posterior lives on a grid (Watson & Pelli 1983; Kontsevich & Tyler 1999),
    which stays sane where maximum likelihood does not: few trials, or all below met and all above missed.
    Priors are uniform over log capacity and the values above. `add` takes 0.2 ms, however many trials there were.
    """

    def __init__(self, floor: float, ceiling: float) -> None:
        """`floor` and `ceiling` are the lowest and the highest rate to try, per second; the first is between them.

        Raises ValueError unless 0 < floor < ceiling < infinity.
        """
        if not 0 < floor < ceiling < math.inf:
            raise ValueError(f"trials need 0 < floor < ceiling, both finite, not {floor} and {ceiling}")
        self.floor, self.ceiling = floor, ceiling
        low, high = math.log(floor) - _BEYOND, math.log(ceiling) + _BEYOND
        self.grid = np.linspace(low, high, 1 + math.ceil((high - low) / STEP))
        self.log_posterior = np.zeros((len(self.grid), len(SCALES), len(LAPSES)))
        self.log_rates: list[float] = []
        self.met: list[bool] = []
        self.rounds: list[int] = []

    def add(self, rate: float, met: bool, round: int = 0) -> None:
        """Takes a trial into account. Add trials in the order of time, without those that a gate dropped.

        The same trials give the same next rate, bounds and interval, so a recorded search can be replayed.
        """
        self.log_rates.append(math.log(rate))
        self.met.append(met)
        self.rounds.append(round)
        self.log_posterior += log_likelihoods(self.grid, np.log([rate]), np.array([met]))[0]


def log_likelihoods(grid: Floats, log_rates: Floats, met: NDArray[np.bool_]) -> Floats:
    """By trial, capacity on the grid, scale and lapse."""
    curve = expit((grid[:, None] - log_rates[:, None, None]) / SCALES)[..., None]
    sign = np.where(met, 1.0, -1.0)[:, None, None, None]
    result: Floats = np.log(np.where(sign > 0, _GUESS, 1 - _GUESS) + sign * (1 - _GUESS - LAPSES) * curve)
    return result


def of_run(run: Run, slices: Iterable[Slice]) -> dict[str, dict[str, Trials]]:
    """The trials of a search for capacity, by scenario and service."""
    trials = {
        scenario: {name: _room(saturated) for name, saturated in services.items()}
        for scenario, services in run.saturated_per_second.items()
    }
    for one in slices:
        add(run, trials, one)
    return trials


def add(run: Run, trials: dict[str, dict[str, Trials]], one: Slice) -> None:
    """Takes a slice into account, if it is a trial: not of the warm-up, and with a rate."""
    if run.objective is None or one.warmup or one.offered_per_second is None:
        return
    met = not one.errors and not one.unanswered and Objective.parse(run.objective).met(one.latency)
    trials[one.scenario][one.service].add(one.offered_per_second, met, one.round)


def _room(saturated: float) -> Trials:
    # A short closed loop shows only roughly what a service can do.
    saturated = max(saturated, 1.0)
    return Trials(floor=saturated / 100, ceiling=10 * saturated)
