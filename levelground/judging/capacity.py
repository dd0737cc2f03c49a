"""The interval of a capacity, from all trials of a run.

The model: each round shifts the log capacity by a normal amount of its own (restarts), and so does each of about ten
batches of consecutive trials (the host's drift). The sizes of these shifts are unknown and integrated out.
One round knows nothing of restarts: its interval holds for these very processes.

Simulated, 500 searches per line, floor 100/s, ceiling 20,000/s; covered by the 95 % interval / bias of the estimate
/ median half width, in %, after 40, 80 and 160 trials:

- scale 0.02, no lapses: 100 / +0.2 / 4.2, 98 / +0.2 / 1.7, 98 / +0.2 / 1.1
- scale 0.05, no lapses: 99 / +0.5 / 7.5, 97 / +0.5 / 4.0, 97 / +0.5 / 2.7
- scale 0.05, lapses 5 %: 99 / -0.2 / 8.5, 98 / -0.1 / 4.5, 98 / -0.1 / 3.0
- scale 0.05, lapses 10 %: 99 / -1.2 / 9.7, 99 / -0.7 / 5.1, 98 / -0.6 / 3.2
- scale 0.15, no lapses: 96 / +1.7 / 17, 97 / +1.6 / 11, 97 / +1.5 / 7.5
- scale 0.15, lapses 10 %: 96 / -2.3 / 20, 97 / -2.3 / 13, 97 / -2.0 / 9.5

and with scale 0.05 and lapses 5 % on a host and with restarts that shift the capacity (sd):

- from end to end by 10 %: 99 / -0.1 / 9.4, 98 / -0.1 / 5.2, 99 / -0.1 / 3.5
- drift of 8 %, memory 2 trials: 97 / +0.3 / 11, 95 / 0.0 / 6.4, 97 / 0.0 / 4.2
- drift of 5 %, memory 5 trials: 96 / +0.1 / 9.2, 94 / 0.0 / 5.3, 95 / 0.0 / 3.6
- drift of 15 %, memory 5 trials: 84 / +0.2 / 13, 83 / +0.1 / 8.9, 91 / +0.1 / 7.6
- drift of 5 %, memory 20 trials: 89 / +0.1 / 8.8, 77 / +0.1 / 5.2, 84 / 0.0 / 3.9
- 2 rounds, 3 % apart: 99 / 0.0 / 13, 100 / 0.0 / 9.0, 99 / 0.0 / 7.5
- 5 rounds, 3 % apart: 100 / -0.1 / 10, 98 / 0.0 / 6.3, 97 / 0.0 / 4.4
- 5 rounds, 10 % apart: 96 / 0.0 / 12, 94 / 0.0 / 10, 93 / 0.0 / 9.5

So intervals are wider than necessary on a calm host, and too narrow where drift is large or its memory is longer than
a twentieth of the trials. Taking turns with other services shortens the memory. The bias comes from lapses, of which
so few trials tell little; it is small beside the interval. Curves that are normal or Gumbel instead of logistic do no
harm (scale 0.05: 99 % covered).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from levelground.judging.statistics import BATCHES
from levelground.model.interval import Interval
from levelground.model.trials import SCALES, Floats, Trials, log_likelihoods

CONFIDENCE = 0.95
_BATCH_TRIALS = 8
"""Fewer trials in a row than this say too little about drift."""
_SHIFTS = np.array([0.0, 0.01, 0.02, 0.04, 0.07, 0.12])
"""Standard deviations of the log capacity: between the batches of a round, and between rounds."""
_POINTS = 121


@dataclass(frozen=True)
class Bounds:
    """Bounds of a capacity, each with 97.5 % confidence; None: the trials do not say."""

    at_least: float | None
    at_most: float | None


def interval(trials: Trials) -> Interval | None:
    """The capacity in requests per second: the posterior's median and its central 95 %.

    None: no trial met the objective, or none missed it, or the interval reaches beyond floor or ceiling; `bounds` then
    says what is known.
    """
    if all(trials.met) or not any(trials.met):
        return None
    estimate, low, high = _quantiles(trials)
    return Interval(estimate, low, high) if trials.floor <= low and high <= trials.ceiling else None


def bounds(trials: Trials) -> Bounds:
    """The limits of the 95 % interval, as far as they lie between floor and ceiling.

    A service that met the objective wherever it was tried has a capacity of at least something, and no upper bound.
    """
    if not trials.met:
        return Bounds(None, None)
    _, low, high = _quantiles(trials)
    return Bounds(
        at_least=min(low, trials.ceiling) if low >= trials.floor else None,
        at_most=max(high, trials.floor) if high <= trials.ceiling else None,
    )


def _quantiles(trials: Trials) -> tuple[float, float, float]:
    grid, log_posterior = _with_shifts(trials)
    density = np.exp(log_posterior - np.max(log_posterior))
    cumulative = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    tail = (1 - CONFIDENCE) / 2
    estimate, low, high = np.exp(np.interp(np.array([0.5, tail, 1 - tail]) * cumulative[-1], cumulative, grid))
    return float(estimate), float(low), float(high)


def _with_shifts(trials: Trials) -> tuple[Floats, Floats]:
    """A finer grid of log capacities around the search's posterior, and the log-posterior with shifts."""
    grid = _zoomed(trials)
    rounds = np.array(trials.rounds)
    order = np.argsort(rounds, kind="stable")
    each = log_likelihoods(grid, np.array(trials.log_rates)[order], np.array(trials.met)[order])
    batches, firsts = _batches(rounds[order])
    of_batches = np.add.reduceat(each.reshape(len(each), len(grid), -1), batches, axis=0)
    blurs = _blurs(grid)
    of_rounds = np.add.reduceat(_blurred(of_batches, blurs), firsts, axis=1)
    if len(firsts) > 1:
        of_rounds = np.concatenate([_blurred(one, blurs) for one in of_rounds])
    log_posterior: Floats = logsumexp(of_rounds.sum(axis=1), axis=(0, 2))
    return grid, log_posterior


def _zoomed(trials: Trials) -> Floats:
    """A grid wide enough for the shifts: the search has none in its model, and takes them for a larger scale."""
    weights = np.exp(trials.log_posterior - np.max(trials.log_posterior))
    weights /= weights.sum()
    of_capacity, scale = weights.sum(axis=(1, 2)), float(weights.sum(axis=(0, 2)) @ SCALES)
    mean = float(of_capacity @ trials.grid)
    reach = 6 * (math.sqrt(float(of_capacity @ (trials.grid - mean) ** 2)) + scale)
    return np.linspace(max(mean - reach, trials.grid[0]), min(mean + reach, trials.grid[-1]), _POINTS)


def _batches(rounds: NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """The first trial of each batch, trials being in the order of rounds, and the first batch of each round."""
    _, starts, counts = np.unique(rounds, return_index=True, return_counts=True)
    batches: list[int] = []
    firsts = []
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        firsts.append(len(batches))
        runs = max(1, min(round(BATCHES / len(starts)), count // _BATCH_TRIALS))
        batches += [start + count * run // runs for run in range(runs)]
    return batches, firsts


def _blurs(grid: Floats) -> Floats:
    """A matrix for every size of shift: its rows average over what the row's capacity is shifted to."""
    step = grid[1] - grid[0]
    distances = (grid[:, None] - grid) / np.maximum(_SHIFTS, step / 5)[:, None, None]
    weights = np.exp(-(distances**2) / 2)
    result: Floats = weights / weights.sum(axis=2, keepdims=True)
    return result


def _blurred(log_likelihoods: Floats, blurs: Floats) -> Floats:
    """(n, capacities, rest) to (sizes of shifts, n, capacities, rest)."""
    peaks = log_likelihoods.max(axis=1, keepdims=True)
    averages = blurs[:, None] @ np.exp(log_likelihoods - peaks)
    result: Floats = np.log(np.maximum(averages, np.finfo(np.float64).tiny)) + peaks
    return result
