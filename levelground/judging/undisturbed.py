"""The undisturbed cost: what an answer costs while nothing outside the service slows its core.

A neighbour on the same core makes the same work take up to 2.5 times as long, for a fraction of a millisecond or for
seconds, and no counter shows it; the mean over that is not a property of the service. The undisturbed cost has a sharp
floor. It is read from windows, the shortest stretches of a slice that hold one whole turn of the server's loop: the
mean of the lowest tenth of them. Long windows are seldom undisturbed from end to end, so it is divided by the slowdown
that known work shows in the lowest tenth of windows of the same length, in the same blocks.

Pure functions; time is in µs. What the lowest windows leave out is what a service does now and then: garbage
collection that takes place in fewer than nine in ten the windows is not in it (docs/method.md says how much that is).
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma, stdtrit

from levelground.judging.statistics import letter_display
from levelground.model.interval import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOWEST = 0.1
"""The share of windows that is taken to be undisturbed, but for what known work shows in as many of its own.

Chosen by measurement: a smaller share rests on too few windows, a larger one on more of the host's noise.
"""
LITTLE = 0.02
"""By so much a window twice as long may change a cost: the same service differs by more from restart to restart."""
_KEPT = 2
"""So many times as many windows are kept, the lowest ones, for resamples in which the lowest are missing."""
_STRIDES = 8
"""Windows overlap: each begins an eighth of its answers after the one before."""
LARGEST_WEIGHT = 10.0
"""Degrees of freedom of what all services together say of the spread between rounds; a service's own has rounds - 1.

Twenty services cannot tell ten from infinitely many. Where ten was exceeded by chance, and believed, a twin stood 2.9 %
off with an interval of ±1.9 %; three other tables of the same services said 2 to 5.
"""
RESAMPLES = 1000


@dataclass(frozen=True)
class Windows:
    """The lowest windows of one service in one round, in rising order, and how many there were in each block."""

    us: Floats
    block: Ints
    """The row of the block that each is from."""
    per_block: Floats

    @property
    def enough(self) -> bool:
        """Whether there are windows for a mean of the lowest in several blocks."""
        return bool(LOWEST * self.per_block.sum() >= 5) and len(np.unique(self.block)) >= 5


def windows(gaps: Sequence[Floats], answers: int) -> Windows:
    """All windows of so many answers; `gaps` holds the gaps between the answers of one slice, or none, per block."""
    stride = max(1, answers // _STRIDES)
    found = [_sums(one, answers)[::stride] for one in gaps]
    us = np.concatenate(found) if found else np.empty(0)
    block = np.repeat(np.arange(len(found)), [len(one) for one in found])
    kept = _smallest(us, math.ceil(_KEPT * LOWEST * len(us)))
    return Windows(us[kept], block[kept], np.array([len(one) for one in found], dtype=np.float64))


def _sums(gaps: Floats, answers: int) -> Floats:
    until = np.concatenate([[0.0], np.cumsum(gaps)])
    return until[answers:] - until[:-answers] if len(gaps) >= answers else np.empty(0)


def _smallest(values: Floats, number: int) -> Ints:
    """Where the smallest values are, in rising order."""
    some = np.sort(np.argpartition(values, number - 1)[:number]) if number else np.empty(0, dtype=np.int64)
    smallest: Ints = some[np.argsort(values[some], kind="stable")]
    return smallest


def lowest(of: Windows, counts: Floats) -> Floats:
    """The mean of the lowest windows when blocks are drawn so often: a row of `counts` for each resample.

    The first row is of all blocks as they are; it stands in for resamples without a window. NaN: there is none at all.
    """
    # Windows are added up in groups; only in the group in which the lowest end does it matter which ones they are.
    size = max(1, math.isqrt(len(of.us)))
    groups = max(1, math.ceil(len(of.us) / size))
    cell = np.arange(len(of.us)) // size * len(of.per_block) + of.block
    shape = (groups, len(of.per_block))
    number = np.bincount(cell, minlength=groups * shape[1]).reshape(shape)
    total = np.bincount(cell, weights=of.us, minlength=groups * shape[1]).reshape(shape)
    number_until, total_until = (np.cumsum(counts @ one.T, axis=1) for one in (number, total))
    wanted = LOWEST * (counts @ of.per_block)
    whole = np.sum(number_until <= wanted[:, None], axis=1)
    row, before = np.arange(len(counts)), np.maximum(whole - 1, 0)
    taken = np.where(whole > 0, number_until[row, before], 0.0)
    us = np.where(whole > 0, total_until[row, before], 0.0)
    inside = np.minimum(whole, groups - 1)[:, None] * size + np.arange(size)
    is_there = (inside < len(of.us)) & (whole < groups)[:, None]
    inside = np.where(is_there, inside, 0)
    weights = np.where(is_there, counts[row[:, None], of.block[inside]], 0.0) if len(of.us) else np.zeros((len(row), 1))
    part = np.clip((wanted - taken)[:, None] - (np.cumsum(weights, axis=1) - weights), 0.0, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = (us + (part * of.us[inside]).sum(axis=1)) / (taken + part.sum(axis=1))
    return np.where(np.isfinite(means), means, means[0])


class Slowdown:
    """By which factor the host slows known work down in the lowest windows of any length, in one round."""

    def __init__(self, pieces: Sequence[Floats], counts: Floats) -> None:
        """`pieces` holds the times of consecutive pieces of known work, or none, per block; `counts` as in `lowest`."""
        each = windows(pieces, 1)
        self._known = each.enough
        if not self._known:
            return
        floor = lowest(each, counts)
        longest = max(len(one) for one in pieces)
        self._lengths, factors = [], []
        answers = 1
        while answers <= longest and (found := windows(pieces, answers)).enough:
            us = lowest(found, counts)
            self._lengths.append(math.log(float(us[0])))
            factors.append(us / (answers * floor))
            answers *= 2
        self._factors = np.array(factors)

    def of(self, us: Floats) -> Floats:
        """For windows that last so long; 1 where nothing is known, and no more than the longest windows show."""
        if not self._known:
            return np.ones_like(us)
        place = np.interp(np.log(us), self._lengths, np.arange(len(self._lengths)))
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, len(self._lengths) - 1)
        column, share = np.arange(len(us)), place - low
        factors: Floats = self._factors[low, column] * (1 - share) + self._factors[high, column] * share
        return factors


def disturbance(pieces: Sequence[Floats]) -> tuple[float, float] | None:
    """The share of the time in which known work was disturbed, and by which factor it then took longer.

    Disturbed is what takes over a tenth more than the lowest pieces do. None: there is no known work.
    """
    us = np.concatenate(pieces) if pieces else np.empty(0)
    if len(us) < 1 / LOWEST:
        return None
    floor = float(np.sort(us)[: math.ceil(LOWEST * len(us))].mean())
    slow = us[us > 1.1 * floor]
    return float(slow.sum() / us.sum()), float(slow.mean() / floor) if len(slow) else 1.0


@dataclass(frozen=True)
class Costs:
    """The undisturbed costs of all services of a scenario: logarithms of µs per answer, by round and service."""

    logs: Floats
    """By round, or by neighbouring rounds that are taken together. NaN where a service has too few windows."""
    noise: Floats
    """Variances of `logs` by resampling blocks."""
    resampled: Floats
    """Resamples of the mean over rounds: a row for each resample, less its mean."""


@dataclass(frozen=True)
class _Round:
    """Of one round, or of those taken together, with an entry for each service; NaN where one has too few windows."""

    logs: Floats
    noise: Floats
    drawn: Floats
    """Resamples of `logs`, a row for each, less their mean."""


class Memory:
    """What was worked out for rounds that are over, so that a run can be judged again and again while it goes on."""

    def __init__(self) -> None:
        self.enough: dict[Hashable, bool] = {}
        self.lengths: dict[Hashable, list[int]] = {}
        self.rounds: dict[Hashable, _Round] = {}


def costs(
    gaps: Sequence[Sequence[Sequence[Floats]]],
    pieces: Sequence[Sequence[Floats]],
    answers: int,
    seed: int,
    resamples: int = RESAMPLES,
    memory: Memory | None = None,
) -> Costs:
    """From gaps by round, service and block, and pieces of known work by round and block.

    With a `memory`, which belongs to one scenario, only what has changed is worked out; the lengths of windows are
    then looked at again only when there is twice as much to look at.
    """
    known = Memory() if memory is None else memory
    groups = _groups(gaps, answers, known)
    much = len(gaps), len(groups), sum(map(len, pieces)).bit_length()
    gaps = [_joined(gaps, group) for group in groups]
    pieces = [[one for label in group for one in pieces[label]] for group in groups]
    if much not in known.lengths:
        pooled = [one for of_round in pieces for one in of_round]
        slowdown = Slowdown(pooled, np.ones((1, len(pooled))))
        known.lengths[much] = [_length(of_service, slowdown, answers) for of_service in zip(*gaps, strict=True)]
    lengths = known.lengths[much]
    rounds = []
    for number, (of_round, work) in enumerate(zip(gaps, pieces, strict=True)):
        content = sum(len(one) for of_service in of_round for one in of_service), sum(map(len, work))
        key = (number, resamples, len(work), *content, *lengths)
        if key not in known.rounds:
            known.rounds[key] = _round(of_round, work, lengths, np.random.default_rng([seed, number]), resamples)
        rounds.append(known.rounds[key])
    if not rounds:
        return Costs(np.empty((0, 0)), np.empty((0, 0)), np.empty((resamples, 0)))
    logs, noise = np.array([one.logs for one in rounds]), np.array([one.noise for one in rounds])
    # Rounds differ by what the host did: who is missing in one of them cannot be compared with who is not.
    partly = ~np.isfinite(logs).all(axis=0)
    logs[:, partly] = noise[:, partly] = np.nan
    return Costs(logs, noise, np.where(partly, 0.0, np.mean([one.drawn for one in rounds], axis=0)))


def _groups(gaps: Sequence[Sequence[Sequence[Floats]]], answers: int, known: Memory) -> list[list[int]]:
    """Which neighbouring rounds are taken together: none, or no more than give most services enough windows in each.

    Of three rounds or more at least two groups are left, since one would know nothing of restarts; of two, the second
    may have just begun.
    """
    rounds, services = len(gaps), len(gaps[0]) if gaps else 0
    best, most = list[list[int]](), -1

    def has_enough(column: int, group: Sequence[int]) -> bool:
        mine = [one for label in group for one in gaps[label][column]]
        key = (column, *group, sum(map(len, mine)))
        if key not in known.enough:
            known.enough[key] = windows(mine, answers).enough
        return known.enough[key]

    for number in range(rounds, 0 if rounds < 3 else 1, -1):
        parts = np.array_split(np.arange(rounds)[::-1], number)  # the last rounds are together first
        groups = [part[::-1].tolist() for part in reversed(parts)]
        served = sum(all(has_enough(column, group) for group in groups) for column in range(services))
        if served > most:
            best, most = groups, served
        if served == services:
            break
    return best


def _joined(gaps: Sequence[Sequence[Sequence[Floats]]], group: Sequence[int]) -> list[list[Floats]]:
    """By service and block, of all rounds in a group."""
    return [
        [one for each in of_service for one in each]
        for of_service in zip(*(gaps[label] for label in group), strict=True)
    ]


def _round(
    gaps: Sequence[Sequence[Floats]],
    pieces: Sequence[Floats],
    lengths: Sequence[int],
    rng: np.random.Generator,
    resamples: int,
) -> _Round:
    counts = np.concatenate([np.ones((1, len(pieces))), _draws(rng, len(pieces), resamples)])
    slowdown = Slowdown(pieces, counts)
    logs, noise = np.full((2, len(gaps)), np.nan)
    drawn = np.zeros((resamples, len(gaps)))
    for column, (of_service, length) in enumerate(zip(gaps, lengths, strict=True)):
        found = windows(of_service, length)
        if not found.enough:
            continue
        us = lowest(found, counts)
        us = np.log(us / slowdown.of(us) / length)
        logs[column] = us[0]
        noise[column] = us[1:].var()
        drawn[:, column] = us[1:] - us[1:].mean()
    return _Round(logs, noise, drawn)


def _length(gaps: Sequence[Sequence[Floats]], slowdown: Slowdown, answers: int) -> int:
    """How many answers make a window of a service: doubled until twice as many change little, or a round lacks them.

    A server that answers in bursts has turns that are short by chance, if a window holds only one of them.
    """
    pooled = [one for of_round in gaps for one in of_round]

    def cost(length: int) -> float | None:
        if not all(windows(of_round, length).enough for of_round in gaps):
            return None
        us = lowest(windows(pooled, length), np.ones((1, len(pooled))))
        return float((us / slowdown.of(us))[0]) / length

    length, before = answers, cost(answers)
    while before is not None and (after := cost(2 * length)) is not None and after > (1 + LITTLE) * before:
        length, before = 2 * length, after
    return length


def _draws(rng: np.random.Generator, blocks: int, resamples: int) -> Floats:
    if not blocks:
        return np.zeros((resamples, 0))
    draws: Floats = rng.multinomial(blocks, np.full(blocks, 1 / blocks), resamples).astype(np.float64)
    return draws


@dataclass(frozen=True)
class Spread:
    """The variance of one service's mean, and the degrees of freedom behind it."""

    variance: Floats
    freedom: Floats


def spread(of: Costs) -> Spread:
    """Of every service's mean over rounds: what rounds differ by, moderated, but no less than the blocks' noise.

    Restarts move each service by an amount of its own, and few rounds tell little of it. So each service's variance
    between rounds is drawn towards that of all of them (empirical Bayes, Smyth 2004): a service that restarts move far
    keeps a variance of its own, and does not widen the others. One round knows nothing of restarts.
    """
    rounds = np.isfinite(of.logs).sum(axis=0)
    noise = np.where(np.isfinite(of.logs), of.noise, 0.0).sum(axis=0) / np.maximum(rounds, 1) ** 2
    whole = rounds == len(of.logs)
    if len(of.logs) < 2 or whole.sum() < 2:
        return Spread(np.where(rounds > 0, noise, np.nan), np.full(len(noise), np.inf))
    logs = of.logs[:, whole]
    # What moves all services in a round is no difference between them; the median, so that one odd service is not all.
    residuals = logs - logs.mean(axis=0)
    residuals = residuals - np.median(residuals, axis=1, keepdims=True)
    services, freedom = logs.shape[1], len(logs) - 1.0
    variances = (residuals**2).sum(axis=0) / freedom * services / (services - 1)
    prior, weight = moderation(variances, freedom)
    weight = min(weight, LARGEST_WEIGHT)
    between = np.full(len(rounds), prior)
    between[whole] = (weight * prior + freedom * variances) / (weight + freedom)
    variance = np.maximum(between / np.maximum(rounds, 1), noise)
    return Spread(np.where(rounds > 0, variance, np.nan), np.full(len(rounds), freedom + weight))


def moderation(variances: Floats, freedom: float) -> tuple[float, float]:
    """The prior variance and its degrees of freedom, from variances that each have so many (Smyth 2004, section 6.2).

    No degrees of freedom for fewer than three variances; infinitely many if they differ by no more than chance.
    """
    positive = variances[variances > 0]
    if len(positive) < 3:
        return float(variances.mean()) if len(variances) else 0.0, 0.0
    logs = np.log(positive) - digamma(freedom / 2) + math.log(freedom / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, freedom / 2))
    if excess <= 0:
        return float(np.exp(logs.mean())), math.inf
    weight = 2 * _inverse_trigamma(excess)
    return float(np.exp(logs.mean() + digamma(weight / 2) - math.log(weight / 2))), weight


def _inverse_trigamma(value: float) -> float:
    """Newton's method, from Smyth's starting point."""
    x = 0.5 + 1 / value
    for _ in range(50):
        trigamma = float(polygamma(1, x))
        step = trigamma * (1 - trigamma / value) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x


def each(of: Costs, confidence: float = 0.95) -> list[Interval | None]:
    """µs per answer, each with an interval of its own."""
    found = spread(of)
    half = -stdtrit(found.freedom, (1 - confidence) / 2) * np.sqrt(found.variance)
    return [_around(_mean(of.logs[:, column]), width) for column, width in enumerate(half.tolist())]


def ratios(of: Costs, baseline: int, confidence: float = 0.95) -> list[Interval | None]:
    """Speed of each service by that of the baseline, with intervals that hold at once."""
    columns = of.logs.shape[1]
    pairs = [(baseline, column) for column in range(columns) if column != baseline]
    means, half = _differences(of, pairs, confidence)
    table: list[Interval | None] = [None] * columns
    if columns and np.isfinite(of.logs[:, baseline]).any():
        table[baseline] = Interval(1.0, 1.0, 1.0)
    for (_, column), mean, width in zip(pairs, means, half, strict=True):
        table[column] = _around(mean, width)
    return table


def letters(of: Costs, confidence: float = 0.95) -> list[str]:
    """As `statistics.letters`: two services share a letter unless they were told apart; the fastest has "a"."""
    present = [column for column in range(of.logs.shape[1]) if np.isfinite(of.logs[:, column]).any()]
    pairs = list(combinations(present, 2))
    means, half = _differences(of, pairs, confidence)
    apart = np.zeros((of.logs.shape[1],) * 2, dtype=np.bool_)
    for (one, other), mean, width in zip(pairs, means, half, strict=True):
        apart[one, other] = apart[other, one] = abs(mean) > width + 1e-12
    return letter_display(apart, sorted(present, key=lambda column: _mean(of.logs[:, column])))


def _differences(of: Costs, pairs: Sequence[tuple[int, int]], confidence: float) -> tuple[list[float], list[float]]:
    """Mean log differences over the rounds that hold both, and half widths that hold at once (max-|t|)."""
    found = spread(of)
    means = [float(_mean(of.logs[:, one] - of.logs[:, other])) for one, other in pairs]
    variances = np.array([found.variance[one] + found.variance[other] for one, other in pairs])
    level = _level(of, pairs, confidence)
    freedom = np.array([min(found.freedom[one], found.freedom[other]) for one, other in pairs])
    half = -stdtrit(freedom, level / 2) * np.sqrt(variances)
    return means, half.tolist()


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def _level(of: Costs, pairs: Sequence[tuple[int, int]], confidence: float) -> float:
    """The error probability of one comparison at which none errs with probability `confidence`."""
    drawn = of.resampled[:, [one for one, _ in pairs]] - of.resampled[:, [other for _, other in pairs]]
    scale = drawn.std(axis=0)
    drawn = drawn[:, scale > 0] / scale[scale > 0]
    if not drawn.size:
        return 1 - confidence
    quantile = float(np.quantile(np.abs(drawn).max(axis=1), confidence))
    return min(1 - confidence, 2 * NormalDist().cdf(-quantile))


def _around(mean: float, half_width: float) -> Interval | None:
    if math.isnan(mean) or math.isnan(half_width):
        return None
    return Interval(math.exp(mean), math.exp(mean - half_width), math.exp(mean + half_width))
