"""Latency histograms: never further than half a percent from the truth."""

import math

from hypothesis import given
from hypothesis import strategies as st

from levelground.model import histogram

latencies = st.lists(st.integers(10_000, 100_000_000_000), min_size=1, max_size=300)


@given(latencies, st.floats(0.1, 100))
def test_a_percentile_is_within_half_a_percent_of_the_true_one(ns: list[int], percent: float) -> None:
    true = sorted(ns)[max(1, math.ceil(len(ns) * percent / 100)) - 1] / 1000
    measured = histogram.percentile_us(histogram.of(ns), percent)
    assert measured is not None
    assert abs(measured / true - 1) <= 0.005


@given(latencies, latencies)
def test_histograms_add_up(one: list[int], other: list[int]) -> None:
    assert histogram.add([histogram.of(one), histogram.of(other)]) == histogram.of(one + other)


def test_nothing_has_no_percentile() -> None:
    assert histogram.of([]) == {}
    assert histogram.percentile_us({}, 50) is None


def test_what_is_faster_than_the_first_bucket_is_in_it() -> None:
    assert histogram.of([1, 9_999]) == {0: 2}
