"""The judging mathematics: what recorded slices say about services, and how sure that is.

Promises pure functions: no I/O, no clock, the same input and seed give the same output.
A table of measurements has one row per block, in the order of time, and one column per service;
NaN means that the service has no valid slice in that block. `rounds` labels each row with its round.

How the comparisons are made, and what holds of them (simulated in the tests: drifting host, heavy-tailed slices):

- The unit is the log-ratio of two slices of one block, so that the drift that both of them saw cancels out.
- The mean is not trimmed. Trimming 10 % made intervals 9 % narrower under t(4) noise and 43 % narrower under one-sided
  spikes, but it also forgave a service that stalls in 5 % of its slices (0.982 instead of 0.966).
- Resampling rounds and blocks both with replacement counts the noise of blocks twice and sees only (K-1)/K of the
  spread of K rounds: intervals meant to cover 95 % of tables covered 42 % (9 services, 2 rounds that differ by 3 %)
  to 100 % (10 equal rounds). So blocks are resampled within their round, for the joint distribution of all
  comparisons, and the spread between rounds enters as a variance component, pooled over all pairs of services.
- So made, the intervals of a whole table hold at once in 94 % to 97 % of tables of one round (2 to 25 services), and in
  92 % to 98 % of tables of 2 to 10 rounds that differ by 1 % to 3 %; in up to 99.5 % if restarts change nothing.
  Few restarts of few services say little about the next restart, and the intervals show it: two services get
  intervals nearly five times as wide in two rounds as in one, 1.4 times in five. The cure is more and shorter rounds.
- One round knows nothing of restarts: its intervals hold for these very processes.
- Pooling assumes that restarts shift all services about equally. Where they shift one by eight times as much as
  another, coverage is still 92 % to 97 % from five rounds up, and 89 % in the worst case with two.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from string import ascii_letters

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from levelground.model.interval import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pairs = Sequence[tuple[int, int]]

RESAMPLES = 2000
BATCHES = 10
"""How many batches an interval rests on: more than 10 to 30 gain little (Schmeiser 1982)."""
_RESAMPLES_AT_ONCE = 250
_ROUNDING = 1e-12
"""Differences of logarithms up to this are no differences."""
_LARGEST_EXPONENT = 700.0


def ratios(
    values: Floats,
    baseline: int,
    rounds: Ints,
    seed: int,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> list[Interval | None]:
    """Each column's ratio to the baseline column: exp of the mean log-ratio over the blocks that hold both.

    With probability `confidence`, the intervals of all columns hold at once: single-step max-|t|
    (Westfall & Young 1993; Romano & Wolf 2005), the baseline's noise being common to all of them.
    The baseline's own ratio is exactly 1, without width.

    None: no round has two blocks that hold both columns, so there is no noise to learn from (always for n = 0 and
    n = 1), or for the baseline itself, it has no value. Zero variance gives an interval without width.
    Raises ValueError for shapes that do not match, and for a value that is infinite or not above zero: a slice
    without a single answer has no logarithm, so a gate has to judge it.
    """
    logs = _logs(values, rounds)
    others = [column for column in range(logs.shape[1]) if column != baseline]
    found = _compare(logs, [(column, baseline) for column in others], rounds, seed, confidence, resamples)
    table: list[Interval | None] = [None] * logs.shape[1]
    if np.isfinite(logs[:, baseline]).any():
        table[baseline] = Interval(1.0, 1.0, 1.0)
    for column, mean, half_width in zip(others, found.means.tolist(), found.half_widths.tolist(), strict=True):
        if not math.isnan(half_width):
            table[column] = _around(math.exp(mean), half_width)
    return table


def letters(values: Floats, rounds: Ints, seed: int, confidence: float = 0.95, resamples: int = RESAMPLES) -> list[str]:
    """Each column's letters: two columns share one unless they were told apart. The highest column has "a".

    All pairs are compared in the blocks that hold both, simultaneously as in `ratios`, and the outcome is a
    `letter_display`. Columns are ranked by the levels that fit all paired differences best (least squares, each
    weighted by its number of blocks), so a column that missed the slow blocks is not ranked high for it.
    Pass reciprocals where less is better.

    Sharing a letter is no proof of equality. A pair that cannot be compared, because no round has two blocks that
    hold both, was not told apart. "": the column has fewer than two values (so for n = 0 and n = 1). A single column
    with data is "a". Without variance any difference tells apart, except one of rounding. Raises as `ratios` does.
    """
    logs = _logs(values, rounds)
    present = np.flatnonzero(np.isfinite(logs).sum(axis=0) >= 2).tolist()
    pairs = list(combinations(present, 2))
    found = _compare(logs, pairs, rounds, seed, confidence, resamples)
    apart = np.zeros((logs.shape[1], logs.shape[1]), dtype=np.bool_)
    for (one, other), differ in zip(pairs, np.abs(found.means) > found.half_widths + _ROUNDING, strict=True):
        apart[one, other] = apart[other, one] = differ
    levels = _levels(found, pairs, logs.shape[1])
    return letter_display(apart, sorted(present, key=lambda column: -levels[column]))


def letter_display(apart: NDArray[np.bool_], order: Sequence[int]) -> list[str]:
    """The compact letter display of a symmetric matrix that says which columns were told apart.

    One letter per largest set of columns of which no two are apart, found by inserting and absorbing (Piepho 2004).
    `order` lists the columns to show from the highest down: letters follow it; columns that it leaves out get "".
    After a to z come A to Z, then accented letters, so that a letter is always one character.
    """
    groups = [frozenset(range(len(order)))] if order else []
    for one, other in combinations(range(len(order)), 2):
        if apart[order[one], order[other]]:
            kept = [group for group in groups if not (one in group and other in group)]
            split = [group - {rank} for group in groups if one in group and other in group for rank in (one, other)]
            for piece in sorted(split, key=len, reverse=True):
                if not any(piece <= group for group in kept):
                    kept.append(piece)
            groups = kept
    display = [""] * len(apart)
    for index, group in enumerate(sorted(groups, key=sorted)):
        for rank in group:
            display[order[rank]] += ascii_letters[index] if index < len(ascii_letters) else chr(0x100 + index - 52)
    return display


def totals(numerators: Floats, denominators: Floats, rounds: Ints, confidence: float = 0.95) -> list[Interval | None]:
    """Each column's sum of numerators by its sum of denominators (answers by seconds), with an interval of its own.

    Nothing cancels the host's drift here, and neighbouring blocks resemble each other, so resampling blocks would
    promise far too much: 48 % coverage instead of 95 % under a drift with a memory of 10 blocks (500 blocks), and
    84 % if runs of blocks are resampled. So the interval comes from about ten batches of consecutive blocks, none
    across two rounds: linearised ratio, Student's t over the batches, symmetric in logarithms.
    That covers 90 % to 95 % while a run lasts at least 30 times as long as the drift's memory, 80 % at 10 times, and
    86 % when three rounds differ by more than the drift within them. To compare services use `ratios`: far narrower.

    None: fewer than two blocks with both numbers (n = 0, n = 1), or denominators that sum to zero. Numerators that
    are all zero give (0, 0, 0), zero variance an interval without width. Raises ValueError for shapes that do not
    match and for negative or infinite numbers.
    """
    if numerators.shape != denominators.shape or (len(numerators),) != rounds.shape:
        raise ValueError("numerators, denominators and rounds must have one row per block")
    if any((np.isinf(table) | (table < 0)).any() for table in (numerators, denominators)):
        raise ValueError("what is summed must be finite and not negative, or NaN where there is none")
    pairs = zip(numerators.T, denominators.T, strict=True)
    return [_total(numerator, denominator, rounds, confidence) for numerator, denominator in pairs]


def batches(rounds: Ints) -> Ints:
    """The batch of each block: every round is cut into equal runs of blocks, about ten in all rounds together."""
    labels = np.unique(rounds)
    runs = max(1, round(BATCHES / max(len(labels), 1)))
    found = np.zeros(len(rounds), dtype=np.int64)
    for index, label in enumerate(labels):
        rows = np.flatnonzero(rounds == label)
        found[rows] = index * runs + np.arange(len(rows)) * min(runs, len(rows)) // len(rows)
    return found


def independent_ratios(intervals: Sequence[Interval | None], baseline: int) -> list[Interval | None]:
    """Ratios of estimates that were not paired, each with a 95 % interval of its own, to that of `baseline`.

    The intervals of the ratios hold at once (Bonferroni). None: one of the two is missing.
    """
    base = intervals[baseline] if intervals else None
    scale = bonferroni(len(intervals) - 1)
    return [
        None
        if one is None or base is None
        else Interval(1.0, 1.0, 1.0)
        if index == baseline
        else _around(one.estimate / base.estimate, scale * math.hypot(_log_half_width(one), _log_half_width(base)))
        for index, one in enumerate(intervals)
    ]


def independent_letters(intervals: Sequence[Interval | None]) -> list[str]:
    """The letters of estimates that were not paired, as `letters` gives them: all pairs are compared (Bonferroni)."""
    present = [(index, one) for index, one in enumerate(intervals) if one is not None]
    pairs = list(combinations(present, 2))
    scale = bonferroni(len(pairs))
    apart = np.zeros((len(intervals), len(intervals)), dtype=np.bool_)
    for (row, one), (column, other) in pairs:
        reach = scale * math.hypot(_log_half_width(one), _log_half_width(other))
        apart[row, column] = apart[column, row] = abs(math.log(one.estimate / other.estimate)) > reach + _ROUNDING
    order = [index for index, _ in sorted(present, key=lambda item: -item[1].estimate)]
    return letter_display(apart, order)


def bonferroni(comparisons: int) -> float:
    """By how much wider so many 95 % intervals must be to hold at once."""
    normal = NormalDist()
    return normal.inv_cdf(1 - 0.025 / max(1, comparisons)) / normal.inv_cdf(0.975)


def _log_half_width(interval: Interval) -> float:
    return math.log(interval.high / interval.low) / 2


def widest_half_width(intervals: Iterable[Interval | None]) -> float:
    """The largest half width relative to its estimate (0.02 is ±2 %): what to stop on, whatever the outcome.

    Infinite while an interval is missing, while there is none at all, and where an estimate is zero.
    """
    return max(map(_relative_half_width, intervals), default=math.inf)


def _relative_half_width(interval: Interval | None) -> float:
    if interval is None or interval.estimate == 0:
        return math.inf
    return (interval.high - interval.low) / 2 / interval.estimate


@dataclass(frozen=True)
class _Comparisons:
    """Mean log differences of pairs of columns, and half widths that hold at once (NaN: too few blocks)."""

    blocks: Floats
    means: Floats
    half_widths: Floats


@dataclass(frozen=True)
class _Spread:
    """One-way analysis of variance of each column, blocks within rounds. Without data all is zero."""

    blocks: Floats
    rounds: Floats
    means: Floats
    residuals: Floats
    """Each block's distance from its round's mean; zero where there is no value."""
    between_squares: Floats
    """Sum over blocks of the squared distance of the round's mean from the mean of all."""
    round_squares: Floats
    """Sum over rounds of the squared number of blocks."""

    @property
    def freedom(self) -> Floats:
        return self.blocks - self.rounds

    @property
    def within(self) -> Floats:
        squares: Floats = (self.residuals**2).sum(axis=0) / np.maximum(self.freedom, 1)
        return squares

    @property
    def rounds_share(self) -> Floats:
        """The weight of the variance between rounds in that of the mean: 1/K for K equal rounds."""
        share: Floats = self.round_squares / np.maximum(self.blocks, 1) ** 2
        return share


def _logs(values: Floats, rounds: Ints) -> Floats:
    if values.ndim != 2 or rounds.shape != (len(values),):
        raise ValueError("values must have one row per block, and rounds one label per row")
    if (np.isinf(values) | (values <= 0)).any():
        raise ValueError("values must be finite and above zero, or NaN where there is none")
    logs: Floats = np.log(values)
    return logs


def _compare(logs: Floats, pairs: Pairs, rounds: Ints, seed: int, confidence: float, resamples: int) -> _Comparisons:
    """The variance of a mean difference is within/N + rounds_share * (pooled variance between rounds).

    Its degrees of freedom follow Satterthwaite (1946), but are no fewer than those of either part: the formula goes to
    zero where a pair's noise is far below the pool's. The max-|t| quantile of the resampled means sets the level of a
    single comparison; each then takes the t quantile at that level with its own degrees of freedom.
    """
    spread = _spread(_differences(logs, pairs), rounds)
    usable = spread.freedom >= 1
    between, pooled, pooled_freedom = _between_rounds(logs, rounds)
    noise = spread.within / np.maximum(spread.blocks, 1)
    variances = noise + pooled * spread.rounds_share
    doubt = noise**2 / np.maximum(spread.freedom, 1)
    doubt += (between * spread.rounds_share) ** 2 / max(pooled_freedom, 1)
    freedom = np.divide(variances**2, doubt, out=np.zeros(len(pairs)), where=doubt > 0)
    freedom = np.maximum(freedom, np.minimum(spread.freedom, pooled_freedom or np.inf))
    level = _single_level(spread.residuals[:, usable], rounds, seed, confidence, resamples)
    half_widths = np.where(usable, -stdtrit(freedom, level / 2) * np.sqrt(variances), np.nan)
    return _Comparisons(spread.blocks, spread.means, half_widths)


def _differences(logs: Floats, pairs: Pairs) -> Floats:
    return logs[:, [one for one, _ in pairs]] - logs[:, [other for _, other in pairs]]


def _spread(table: Floats, rounds: Ints) -> _Spread:
    labels, row_rounds = np.unique(rounds, return_inverse=True)
    members = (rounds == labels[:, None]).astype(np.float64)
    valid = np.isfinite(table)
    filled = np.where(valid, table, 0.0)
    counts = members @ valid
    blocks = counts.sum(axis=0)
    means = filled.sum(axis=0) / np.maximum(blocks, 1)
    round_means = members @ filled / np.maximum(counts, 1)
    return _Spread(
        blocks=blocks,
        rounds=(counts > 0).sum(axis=0).astype(np.float64),
        means=means,
        residuals=np.where(valid, filled - round_means[row_rounds], 0.0),
        between_squares=(counts * (round_means - means) ** 2).sum(axis=0),
        round_squares=(counts**2).sum(axis=0),
    )


def _between_rounds(logs: Floats, rounds: Ints) -> tuple[float, float, int]:
    """The variance of a difference between rounds, pooled over all pairs of columns, and its degrees of freedom.

    The first value includes the blocks' noise, the second does not (analysis of variance estimator, at least zero).
    """
    pairs = list(combinations(range(logs.shape[1]), 2))
    spread = _spread(_differences(logs, pairs), rounds)
    usable = spread.freedom >= 1
    scale = (spread.blocks - spread.round_squares / np.maximum(spread.blocks, 1))[usable].sum()
    if scale <= 0:
        return 0.0, 0.0, 0
    between = spread.between_squares[usable].sum() / scale
    noise = ((spread.rounds - 1) * spread.within)[usable].sum() / scale
    columns = {column for pair, use in zip(pairs, usable, strict=True) if use for column in pair}
    return float(between), max(0.0, float(between - noise)), (len(columns) - 1) * (len(np.unique(rounds)) - 1)


def _single_level(residuals: Floats, rounds: Ints, seed: int, confidence: float, resamples: int) -> float:
    """The error probability of one comparison at which none of them errs with probability `confidence`.

    A resample of blocks is a row of counts, so one matrix product gives all resampled means. Dividing residuals by the
    root of their sum of squares gives these means variance 1.
    """
    scale = np.sqrt((residuals**2).sum(axis=0))
    units = residuals[:, scale > _ROUNDING] / scale[scale > _ROUNDING]
    pointwise = 1 - confidence
    if not units.size:
        return pointwise
    rng = np.random.default_rng(seed)
    peaks = [
        np.abs(_counts(rng, rounds, min(_RESAMPLES_AT_ONCE, resamples - start)) @ units).max(axis=1)
        for start in range(0, resamples, _RESAMPLES_AT_ONCE)
    ]
    quantile = float(np.quantile(np.concatenate(peaks), confidence))
    return min(pointwise, 2 * NormalDist().cdf(-quantile))


def _counts(rng: np.random.Generator, rounds: Ints, resamples: int) -> Floats:
    """How often each block is drawn when every round's blocks are drawn anew with replacement, one row a resample."""
    counts = np.empty((resamples, len(rounds)))
    for label in np.unique(rounds):
        rows = np.flatnonzero(rounds == label)
        drawn = rng.integers(0, len(rows), (resamples, len(rows))) + len(rows) * np.arange(resamples)[:, None]
        counts[:, rows] = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape)
    return counts


def _levels(found: _Comparisons, pairs: Pairs, columns: int) -> list[float]:
    """One level per column, so that their differences fit those found as well as they can."""
    weights = np.sqrt(found.blocks)
    design = np.zeros((len(pairs), columns))
    for row, (one, other) in enumerate(pairs):
        design[row, one], design[row, other] = weights[row], -weights[row]
    levels: list[float] = np.linalg.lstsq(design, weights * found.means)[0].tolist()
    return levels


def _total(numerator: Floats, denominator: Floats, rounds: Ints, confidence: float) -> Interval | None:
    valid = np.isfinite(numerator) & np.isfinite(denominator)
    numerator, denominator, batch = numerator[valid], denominator[valid], batches(rounds[valid])
    count = len(np.unique(batch))
    if count < 2 or denominator.sum() == 0:
        return None
    estimate = float(numerator.sum() / denominator.sum())
    if estimate == 0:
        return Interval(0.0, 0.0, 0.0)
    residuals = np.bincount(batch, numerator - estimate * denominator)
    relative_error = math.sqrt(count / (count - 1) * float((residuals**2).sum())) / float(numerator.sum())
    return _around(estimate, -float(stdtrit(count - 1, (1 - confidence) / 2)) * relative_error)


def _around(estimate: float, half_width: float) -> Interval:
    factor = math.exp(min(half_width, _LARGEST_EXPONENT))
    return Interval(estimate, estimate / factor, estimate * factor)
