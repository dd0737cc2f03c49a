"""Latency histograms with buckets of 0.5 %, from 10 µs up; the same buckets everywhere, so that they add up.

Bucket b holds latencies from 10 µs × 1.005^b to 10 µs × 1.005^(b+1); anything below 10 µs is in bucket 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Histogram = Mapping[int, int]
"""How many latencies fell into a bucket, for buckets that are not empty."""

_LOWEST_US = 10.0
_LOG_STEP = float(np.log(1.005))


def of(latencies_ns: Sequence[int]) -> dict[int, int]:
    """The histogram of latencies in nanoseconds."""
    if not latencies_ns:
        return {}
    us = np.maximum(np.asarray(latencies_ns, dtype=np.float64) / 1000.0, _LOWEST_US)
    buckets, counts = np.unique((np.log(us / _LOWEST_US) / _LOG_STEP).astype(np.int64), return_counts=True)
    return dict(zip(buckets.tolist(), counts.tolist(), strict=True))


def add(histograms: Iterable[Histogram]) -> dict[int, int]:
    """The histogram of all latencies of several histograms."""
    buckets, counts = sums(list(histograms), 1)
    return dict(zip(buckets, counts[0].tolist(), strict=True))


def sums(
    histograms: Sequence[Histogram], number: int, labels: NDArray[np.int64] | None = None
) -> tuple[list[int], NDArray[np.int64]]:
    """The buckets that are not empty, rising, and how many latencies each group of histograms has in them, by row.

    `labels` says for each histogram which group it belongs to: 0 to number - 1; all to the first if there are none.
    """
    entries = np.fromiter(map(len, histograms), np.int64, len(histograms))
    every = np.fromiter(chain.from_iterable(histograms), np.int64, entries.sum())
    weights = np.fromiter(chain.from_iterable(one.values() for one in histograms), np.float64, entries.sum())
    buckets, place = np.unique(every, return_inverse=True)
    row = np.repeat(np.zeros(len(histograms), np.int64) if labels is None else labels, entries)
    found = np.bincount(row * len(buckets) + place, weights, number * len(buckets))
    return buckets.tolist(), found.reshape(number, len(buckets)).astype(np.int64)


def middle_us(bucket: int) -> float:
    """The geometric middle of a bucket: within 0.25 % of every latency in it."""
    return _LOWEST_US * float(np.exp((bucket + 0.5) * _LOG_STEP))


def edges_us(bucket: int) -> tuple[float, float]:
    """From where to where a bucket reaches; the lowest from 0."""
    low = _LOWEST_US * float(np.exp(bucket * _LOG_STEP)) if bucket else 0.0
    return low, _LOWEST_US * float(np.exp((bucket + 1) * _LOG_STEP))


def percentile_us(histogram: Histogram, percent: float) -> float | None:
    """The latency in µs that `percent` of all latencies do not exceed (nearest rank); None if there are none."""
    return next(iter(percentiles_us(histogram, [percent])), None)


def percentiles_us(histogram: Histogram, percents: Sequence[float]) -> list[float]:
    """Several percentiles as `percentile_us` has them; an empty list if there are no latencies."""
    buckets = sorted(histogram)
    seen = np.cumsum([histogram[bucket] for bucket in buckets])
    if not buckets or not seen[-1]:
        return []
    ranks = np.maximum(1, np.ceil(seen[-1] * np.asarray(percents) / 100.0))
    return [middle_us(buckets[place]) for place in np.searchsorted(seen, ranks).tolist()]


def mean_us(histogram: Histogram) -> float | None:
    """The mean latency in µs, within 0.25 %; None if there are none."""
    total = sum(histogram.values())
    return sum(middle_us(bucket) * count for bucket, count in histogram.items()) / total if total else None


def above(histogram: Histogram, us: float) -> float:
    """Which share of the latencies is above so many µs; 0 if there are none."""
    total = sum(histogram.values())
    return sum(count for bucket, count in histogram.items() if middle_us(bucket) > us) / total if total else 0.0
