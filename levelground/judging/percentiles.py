"""Intervals for percentiles of latencies, on a host that drifts.

Pure functions. Percentiles are never averaged: estimate and limits are read from the histogram of all answers.

Simulated, 400 runs per line, 20 answers per block, of which 1 in 30 takes up to 20 times as long (Pareto); how many of
the 95 % intervals for p50 / p90 / p99 / p99.9 held, in %, where there was one (–: in none of the runs):

- calm host, 60 blocks: 100 / 99 / 99 / –; 500 blocks: 100 / 100 / 98 / 99
- drift of 15 % with a memory of 20 blocks, 60 blocks: 59 / 58 / 97 / –; 200 blocks: 86 / 86 / 98 / –
- the same, 600 blocks: 92 / 90 / 98 / 97; 1500 blocks: 95 / 95 / 98 / 99
- drift of 40 %, 600 blocks: 94 / 93 / 91 / 95
- 600 blocks in rounds that differ by 5 %, 3 rounds: 91 / 90 / 98 / 97; 6 rounds: 91 / 92 / 98 / 99

So an interval holds if a run lasts at least 30 times as long as the drift's memory; in shorter runs, p50 and p90 are
less certain than their intervals say. A jackknife over the same batches was about as wide and held less often:
p99.9 in 79 % to 91 % of the runs, and p50 in 51 % on a calm host, where it sees nothing but whole buckets.
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

    Woodruff's interval (1952): limits for the share of answers up to the estimate, turned into latencies.
    Neighbouring blocks resemble each other, so the share's variance comes from about ten batches of consecutive blocks,
    as in `statistics.totals`; it is at least that of independent answers. The limits are those of Korn and Graubard
    (1998), which hold even where few answers are slower than the estimate: Clopper and Pearson's for as many
    independent answers as would have that variance, with Student's t over the batches.

    None: fewer than two blocks with answers (n = 0, n = 1), or the upper limit lies beyond the slowest answer, as for
    p99.9 of a few thousand answers. Limits are edges of buckets, so without variance an interval is one bucket wide or
    as wide as chance makes that of independent answers.
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
    _, labels = np.unique(batches(rounds), return_inverse=True)
    buckets, counts = histogram.sums(histograms, int(labels.max()) + 1, labels)
    return buckets, counts.astype(np.float64)


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
