"""Intervals for percentiles: known answers, too little data, and coverage on a simulated drifting host."""

import math

import numpy as np
import pytest

from levelground.judging.percentiles import intervals
from levelground.judging.statistics import Floats, Ints
from levelground.model import histogram
from levelground.model.histogram import Histogram
from tests.drift import drift


def one_round(blocks: int) -> Ints:
    return np.zeros(blocks, dtype=np.int64)


def evenly(blocks: int, answers: int = 100) -> list[Histogram]:
    """Blocks that are all alike, with latencies from 1 to 2 ms."""
    return [histogram.of(np.linspace(1e6, 2e6, answers).astype(int).tolist())] * blocks


def test_an_estimate_is_the_percentile_of_all_answers() -> None:
    histograms = [histogram.of([1_000_000 * n, 1_500_000 * n, 90_000_000]) for n in range(1, 60)]
    found = intervals(histograms, one_round(59), [10.0, 33.3, 50.0])
    for percent, one in zip([10.0, 33.3, 50.0], found, strict=True):
        assert one is not None
        assert one.estimate == histogram.percentile_us(histogram.add(histograms), percent)
        assert one.low < one.estimate < one.high


def test_blocks_that_are_alike_leave_the_chance_of_independent_answers() -> None:
    (found,) = intervals(evenly(100), one_round(100), [50.0])
    assert found is not None
    # Of 10,000 answers so many standard deviations are 1.13 % of all: 11 µs of this service's 1,000.
    assert found.high - found.low == pytest.approx(2 * 0.0113 * 1000, abs=2 * 0.005 * 1500)


def test_answers_that_are_all_alike_leave_an_interval_of_one_bucket() -> None:
    (found,) = intervals([{300: 50}] * 100, one_round(100), [99.0])
    assert found is not None
    assert (found.low, found.high) == histogram.edges_us(300)


def test_blocks_that_drift_have_wider_intervals_than_the_same_answers_in_mixed_order() -> None:
    rising = [histogram.of([int(1e6 * (1 + n / 100) * (1 + k / 10)) for k in range(20)]) for n in range(100)]
    (drifting,) = intervals(rising, one_round(100), [50.0])
    mixed = [rising[row] for row in np.random.default_rng(1).permutation(100).tolist()]
    (calm,) = intervals(mixed, one_round(100), [50.0])
    assert drifting is not None
    assert calm is not None
    assert drifting.estimate == calm.estimate
    assert drifting.high / drifting.low > calm.high / calm.low


@pytest.mark.parametrize("histograms", [[], [{300: 50}], [{}, {300: 50}, {}]])
def test_fewer_than_two_blocks_with_answers_have_no_interval(histograms: list[Histogram]) -> None:
    assert intervals(histograms, one_round(len(histograms)), [50.0, 99.0]) == [None, None]


def test_a_percentile_with_too_few_answers_beyond_it_has_no_interval() -> None:
    median, *tail = intervals(evenly(20, 20), one_round(20), [50.0, 99.0, 99.9])
    assert median is not None
    assert tail == [None, None]


def test_a_percentile_that_one_burst_alone_decides_has_no_interval() -> None:
    """Of as many slow answers, spread evenly, it has one."""
    spread, burst = [{300: 97, 600: 3}] * 100, [{300: 100}] * 90 + [{300: 70, 600: 30}] * 10
    assert intervals(burst, one_round(100), [99.0]) == [None]
    assert intervals(spread, one_round(100), [99.0]) != [None]


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="one round per histogram"):
        intervals(evenly(3), one_round(2), [50.0])


# Coverage

PERCENTS = [50.0, 90.0, 99.0, 99.9]


def latencies(rng: np.random.Generator, rounds: Ints, answers: int, restart_sd: float = 0.0) -> Floats:
    """Logarithms of latencies in µs, a row per block, on a host that drifts by 15 % with a memory of 20 blocks.

    One answer in 30 takes longer by a factor from a Pareto distribution (index 1) that is cut off at 20.
    """
    host = drift(rng, len(rounds) + 200, sd=0.15, memory=20)[200:]
    host += rng.normal(0, restart_sd, rounds.max() + 1)[rounds]
    shape = len(rounds), answers
    slow = np.where(rng.random(shape) < 1 / 30, np.minimum(rng.exponential(1.0, shape), 3.0), 0.0)
    logs: Floats = math.log(1000) + host[:, None] + 0.2 * rng.standard_normal(shape) + slow
    return logs


def coverage(runs: int, rounds: Ints, answers: int = 20, restart_sd: float = 0.0) -> tuple[list[float], list[float]]:
    """For each percentile: the share of runs that give an interval, and the share of these that hold the truth."""
    rng = np.random.default_rng(2026)
    everything = latencies(rng, one_round(100_000), answers).ravel()
    if restart_sd:
        everything += rng.normal(0, restart_sd, everything.shape)
    truth = np.exp(np.percentile(everything, PERCENTS))
    given, held = np.zeros(len(PERCENTS)), np.zeros(len(PERCENTS))
    for _ in range(runs):
        ns = (1000 * np.exp(latencies(rng, rounds, answers, restart_sd))).astype(np.int64)
        for at, found in enumerate(intervals([histogram.of(row.tolist()) for row in ns], rounds, PERCENTS)):
            if found is not None:
                given[at] += 1
                held[at] += found.low <= truth[at] <= found.high
    return (given / runs).tolist(), (held / np.maximum(given, 1)).tolist()


@pytest.mark.simulated
def test_intervals_hold_although_neighbouring_blocks_resemble_each_other() -> None:
    given, held = coverage(100, one_round(800))
    assert given == [1, 1, 1, 1]
    assert min(held) >= 0.87


def test_of_a_short_run_the_tail_has_no_interval_rather_than_a_wrong_one() -> None:
    given, held = coverage(100, one_round(60))
    assert given[3] == 0
    assert held[2] >= 0.9


@pytest.mark.simulated
def test_rounds_that_differ_are_seen_in_the_intervals() -> None:
    _, held = coverage(60, np.repeat(np.arange(6), 100), restart_sd=0.05)
    assert min(held) >= 0.8
