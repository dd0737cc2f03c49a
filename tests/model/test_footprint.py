"""What is computed of a footprint's repeats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelground.model.footprint import Sample, sample


def test_the_mean_has_students_interval() -> None:
    one = sample([1.0, 2.0, 3.0, 4.0, 5.0])
    # 2.776 is the 97.5 % quantile of t with 4 degrees of freedom, as every printed table has it.
    half_width = 2.776 * (2.5**0.5) / (5**0.5)
    assert (one.estimate, one.low, one.high) == pytest.approx((3, 3 - half_width, 3 + half_width), rel=1e-3)


def test_one_value_has_no_interval_and_none_has_no_estimate() -> None:
    assert sample([2.0]) == Sample([2.0], 2.0, None, None)
    assert sample([]) == Sample([], None, None, None)


@given(st.lists(st.floats(0, 1e12), min_size=2, max_size=9))
def test_an_interval_holds_its_estimate_and_nothing_below_zero(values: list[float]) -> None:
    one = sample(values)
    assert one.estimate is not None
    assert one.low is not None
    assert one.high is not None
    assert 0 <= one.low <= one.estimate * (1 + 1e-9)
    assert one.estimate <= one.high * (1 + 1e-9)
