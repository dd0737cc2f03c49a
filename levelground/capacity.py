"""The mathematics of LOAD=capacity: the highest open-loop rate at which a service still meets an objective.

Promises pure arithmetic: no I/O, no clock; the same seed and the same trials give the same rates and intervals.
A trial is one short slice at one rate: it met the objective without an error, or it did not.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

from levelground import histogram
from levelground.histogram import Histogram
from levelground.statistics import BATCHES, Floats, Interval

CONFIDENCE = 0.95
_BATCH_TRIALS = 8
"""Fewer trials in a row than this say too little about drift."""

_GUESS = 0.01
"""The probability that a trial far above the capacity meets the objective nevertheless."""
_LAPSES = np.array([0.01, 0.025, 0.06, 0.13])
"""Probabilities that a trial far below the capacity misses the objective: the host's noise."""
_SCALES = np.geomspace(0.005, 0.4, 8)
"""Of the logistic curve, in log rate: from 9 in 10 to 1 in 10 met, the rate rises by a factor of exp(4.4 × scale)."""
_SHIFTS = np.array([0.0, 0.01, 0.02, 0.04, 0.07, 0.12])
"""Standard deviations of the log capacity: between the batches of a round, and between rounds."""

_STEP = 0.015
"""Of the search's grid, in log rate. Rates are drawn from within the steps too."""
_BEYOND = math.log(4)
"""How far the capacity may lie beyond what the search may try."""
_POINTS = 121
_CENTRAL = 0.9
"""Rates are drawn from where this central part of the fitted curve lies."""

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

        The percentile (nearest rank) is known to the middle of its bucket, so what lies within 0.25 % of the limit may
        fall on either side, the same for every service. Of fewer than 1000 answers, p99.9 is the slowest.
        """
        found = histogram.percentile_us(latencies, self.percentile)
        return found is not None and found < self.limit_us


@dataclass(frozen=True)
class Bounds:
    """Between which rates a capacity lies, with 97.5 % confidence in each of the two; None: the trials do not say."""

    at_least: float | None
    at_most: float | None


class Search:
    """Chooses the rates of one service's trials, and says what they told: a posterior over the capacity.

    The model: a trial at a rate meets the objective with probability
    guess + (1 - guess - lapse) × logistic((log capacity - log rate) / scale), guess being 1 %.
    So the capacity is the rate at which a trial that no lapse spoils meets the objective half of the time.
    Capacity, scale and lapse are unknown; the posterior lives on a grid (Watson & Pelli 1983; Kontsevich & Tyler 1999),
    which stays sane where maximum likelihood does not: few trials, or all below met and all above missed.
    Priors are uniform over log capacity and the values above.

    Rates: doubled or halved (times 1.7 to 2.3, at random) until one was met and one was missed.
    From then on each is a draw from the posterior: a capacity and a scale, and a place on their curve.
    So rates are spread over the whole slope at all times, no rate follows from the last outcome alone, a false failure
    is found out by later draws, and where the host drifts, high and low rates see all of it.
    `next` and `add` take 0.2 ms each, however many trials there were.

    The interval: within a round, the log capacity of each of about ten batches of consecutive trials has a normal shift
    of its own (the host's drift), and so has each round (restarts); their sizes are unknown too and integrated out.
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

    So intervals are wider than need be on a calm host, and too narrow where drift is large or its memory is more than a
    twentieth of the trials: taking turns with other services shortens it. The bias comes from lapses, of which so few
    trials tell little; it is small beside the interval. Curves that are normal or Gumbel instead of logistic do no harm
    (scale 0.05: 99 % covered).
    """

    def __init__(self, seed: int | str, floor: float, ceiling: float) -> None:
        """`floor` and `ceiling` are the lowest and the highest rate to try, per second; the first is between them.

        Give each service a seed of its own. Raises ValueError unless 0 < floor < ceiling < infinity.
        """
        if not 0 < floor < ceiling < math.inf:
            raise ValueError(f"a search needs 0 < floor < ceiling, both finite, not {floor} and {ceiling}")
        self._seed, self._floor, self._ceiling = seed, floor, ceiling
        low, high = math.log(floor) - _BEYOND, math.log(ceiling) + _BEYOND
        self._grid = np.linspace(low, high, 1 + math.ceil((high - low) / _STEP))
        self._log_posterior = np.zeros((len(self._grid), len(_SCALES), len(_LAPSES)))
        self._log_rates: list[float] = []
        self._met: list[bool] = []
        self._rounds: list[int] = []

    def add(self, rate: float, met: bool, round: int = 0) -> None:
        """Takes a trial into account. Trials come in the order of time; those that a gate dropped do not come at all.

        What was recorded can be added again without `next`: the same trials give the same bounds and interval.
        """
        self._log_rates.append(math.log(rate))
        self._met.append(met)
        self._rounds.append(round)
        self._log_posterior += _log_likelihoods(self._grid, np.log([rate]), np.array([met]))[0]

    def next(self) -> float:
        """The rate to try next, per second: a function of the seed and of all trials so far."""
        random = Random(f"{self._seed}:trial:{len(self._met)}")
        met = [rate for rate, met in zip(self._log_rates, self._met, strict=True) if met]
        missed = [rate for rate, met in zip(self._log_rates, self._met, strict=True) if not met]
        about_two = math.log(2) * random.uniform(0.8, 1.2)
        if met and missed:
            log_rate = self._draw(random)
        elif met:
            log_rate = max(met) + about_two
        elif missed:
            log_rate = min(missed) - about_two
        else:
            log_rate = (math.log(self._floor) + math.log(self._ceiling)) / 2
        return min(max(math.exp(log_rate), self._floor), self._ceiling)

    def interval(self) -> Interval | None:
        """The capacity in requests per second: the posterior's median and its central 95 %.

        None: nothing was met yet, or nothing missed, or the interval reaches beyond floor or ceiling; `bounds` then
        says what is known.
        """
        if all(self._met) or not any(self._met):
            return None
        estimate, low, high = self._quantiles()
        return Interval(estimate, low, high) if self._floor <= low and high <= self._ceiling else None

    def bounds(self) -> Bounds:
        """The limits of the 95 % interval, as far as they lie between floor and ceiling.

        A service that met the objective wherever it was tried has a capacity of at least something, and no upper bound.
        """
        if not self._met:
            return Bounds(None, None)
        _, low, high = self._quantiles()
        return Bounds(
            at_least=min(low, self._ceiling) if low >= self._floor else None,
            at_most=max(high, self._floor) if high <= self._ceiling else None,
        )

    def _draw(self, random: Random) -> float:
        cumulative = np.cumsum(np.exp(self._log_posterior - np.max(self._log_posterior)))
        cell = int(np.searchsorted(cumulative, random.random() * cumulative[-1], side="right"))
        capacity, scale, _ = np.unravel_index(min(cell, len(cumulative) - 1), self._log_posterior.shape)
        within_step = _STEP * (random.random() - 0.5)
        place = logit(0.5 + _CENTRAL * (random.random() - 0.5))
        return float(self._grid[capacity] + within_step + _SCALES[scale] * place)

    def _quantiles(self) -> tuple[float, float, float]:
        grid, log_posterior = self._with_shifts()
        density = np.exp(log_posterior - np.max(log_posterior))
        cumulative = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        tail = (1 - CONFIDENCE) / 2
        estimate, low, high = np.exp(np.interp(np.array([0.5, tail, 1 - tail]) * cumulative[-1], cumulative, grid))
        return float(estimate), float(low), float(high)

    def _with_shifts(self) -> tuple[Floats, Floats]:
        """A finer grid of log capacities about where the search's posterior is, and the log-posterior with shifts."""
        grid = self._zoomed()
        rounds = np.array(self._rounds)
        order = np.argsort(rounds, kind="stable")
        each = _log_likelihoods(grid, np.array(self._log_rates)[order], np.array(self._met)[order])
        batches, firsts = _batches(rounds[order])
        of_batches = np.add.reduceat(each.reshape(len(each), len(grid), -1), batches, axis=0)
        blurs = _blurs(grid)
        of_rounds = np.add.reduceat(_blurred(of_batches, blurs), firsts, axis=1)
        if len(firsts) > 1:
            of_rounds = np.concatenate([_blurred(one, blurs) for one in of_rounds])
        log_posterior: Floats = logsumexp(of_rounds.sum(axis=1), axis=(0, 2))
        return grid, log_posterior

    def _zoomed(self) -> Floats:
        """Wide enough for the shifts, whose share the search's own posterior takes for a larger scale."""
        weights = np.exp(self._log_posterior - np.max(self._log_posterior))
        weights /= weights.sum()
        of_capacity, scale = weights.sum(axis=(1, 2)), float(weights.sum(axis=(0, 2)) @ _SCALES)
        mean = float(of_capacity @ self._grid)
        reach = 6 * (math.sqrt(float(of_capacity @ (self._grid - mean) ** 2)) + scale)
        return np.linspace(max(mean - reach, self._grid[0]), min(mean + reach, self._grid[-1]), _POINTS)


def _log_likelihoods(grid: Floats, log_rates: Floats, met: NDArray[np.bool_]) -> Floats:
    """Of every trial, for every capacity on the grid, scale and lapse."""
    curve = expit((grid[:, None] - log_rates[:, None, None]) / _SCALES)[..., None]
    sign = np.where(met, 1.0, -1.0)[:, None, None, None]
    result: Floats = np.log(np.where(sign > 0, _GUESS, 1 - _GUESS) + sign * (1 - _GUESS - _LAPSES) * curve)
    return result


def _batches(rounds: NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Where each batch begins among trials in the order of rounds, and each round among the batches."""
    _, starts, counts = np.unique(rounds, return_index=True, return_counts=True)
    batches: list[int] = []
    firsts = []
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        firsts.append(len(batches))
        runs = max(1, min(round(BATCHES / len(starts)), count // _BATCH_TRIALS))
        batches += [start + count * run // runs for run in range(runs)]
    return batches, firsts


def _blurs(grid: Floats) -> Floats:
    """For every size of shifts a matrix that averages over them: what lies at a row's capacity before they act."""
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


def _plain(number: float, exponent: int = 0) -> str:
    """A number × 10^exponent in digits alone, as many as tell it from its neighbours."""
    return f"{Decimal(repr(number)).scaleb(exponent).normalize():f}"
