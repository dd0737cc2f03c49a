"""Intervals for percentiles of latencies, on a host that drifts.

Pure functions. Percentiles are never averaged: estimate and limits are read from the histogram of all answers.

Covered by the 95 % interval in simulations of the tests' service (1 in 30 answers takes 1 to 20 times as long as usual,
Pareto; the host drifts by 15 % with a memory of 20 blocks; 400 runs of 20 answers a block), for p50, p90, p99 and
p99.9, and how often there is an interval at all:

@TABLE@
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv, stdtrit

from levelground.judging.statistics import Floats, Ints, batches
from levelground.model import histogram
from levelground.model.histogram import Histogram
from levelground.model.interval import Interval


def intervals(
    histograms: Sequence[Histogram], rounds: Ints, percents: Sequence[float], confidence: float = 0.95
) -> list[Interval | None]:
    """Each percentile in µs, with an interval of its own; one histogram per block, in the order of time.

    Woodruff's interval (1952): an interval of the share of answers up to the estimate, read off as percentiles.
    Neighbouring blocks resemble each other, so the variance of the share comes from about ten batches of consecutive
    blocks, as in `statistics.totals`, but is no less than that of independent answers. The interval of the share is
    Clopper and Pearson's for the number of independent answers with that variance, adjusted by Student's t over the
    batches (Korn & Graubard 1998), which still holds where few answers are slower than the estimate.

    None: fewer than two blocks with answers (n = 0, n = 1), or the upper limit lies beyond the slowest answer, as for
    p99.9 of a few thousand answers. Limits are edges of buckets: without variance an interval is at least 0.5 % wide.
    Raises ValueError for shapes that do not match.
    """
    if rounds.shape != (len(histograms),):
        raise ValueError("there must be one round per histogram")
    rows = [row for row, one in enumerate(histograms) if one]
    if len(rows) < 2:
        return [None] * len(percents)
    buckets, counts = _batched([histograms[row] for row in rows], rounds[rows])
    return [_interval(buckets, counts, percent, confidence) for percent in percents]


def _batched(histograms: Sequence[Histogram], rounds: Ints) -> tuple[list[int], Floats]:
    """The buckets that hold an answer, rising, and the answers of each batch in each of them."""
    labels = batches(rounds)
    each = [
        histogram.add(histograms[row] for row in np.flatnonzero(labels == label).tolist())
        for label in np.unique(labels)
    ]
    buckets = sorted(set().union(*each))
    return buckets, np.array([[one.get(bucket, 0) for bucket in buckets] for one in each], dtype=np.float64)


def _interval(buckets: Sequence[int], counts: Floats, percent: float, confidence: float) -> Interval | None:
    total, cumulative = counts.sum(), np.cumsum(counts.sum(axis=0))

    def place(of: float) -> int:
        """Of the bucket of a percentile, by nearest rank as in `histogram.percentile_us`."""
        return int(np.searchsorted(cumulative, max(1.0, np.ceil(total * of / 100))))

    at = place(percent)
    # Just below the estimate's bucket, too: where many answers are alike, all batches may have the same share up to it.
    variance = max(_variance(counts.sum(axis=1), counts[:, :until].sum(axis=1)) for until in (at, at + 1))
    low, high = _limits(percent / 100, variance, total, len(counts), confidence)
    if total * (1 - high) < 1:
        return None
    return Interval(
        estimate=histogram.middle_us(buckets[at]),
        low=histogram.edges_us(buckets[min(at, place(100 * low))])[0],
        high=histogram.edges_us(buckets[max(at, place(100 * high))])[1],
    )


def _variance(answers: Floats, chosen: Floats) -> float:
    """Of the share of chosen answers, from what each batch has of both (linearised ratio)."""
    total, count = answers.sum(), len(answers)
    residuals = chosen - chosen.sum() / total * answers
    return float(count / (count - 1) * (residuals**2).sum() / total**2)


def _limits(share: float, variance: float, total: float, batches: int, confidence: float) -> tuple[float, float]:
    """Korn and Graubard's limits of a share of so many answers in so many batches."""
    tail = (1 - confidence) / 2
    independent = min(total, share * (1 - share) / variance if variance else math.inf)
    independent *= (stdtrit(max(1.0, total - 1), tail) / stdtrit(batches - 1, tail)) ** 2
    found = share * independent
    return (
        float(betaincinv(found, independent - found + 1, tail)),
        float(betaincinv(found + 1, independent - found, 1 - tail)),
    )
