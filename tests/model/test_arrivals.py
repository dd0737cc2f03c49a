"""Arrivals survive being packed, to a tenth of a microsecond."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelground.model import arrivals


@given(st.lists(st.integers(0, 10**11), max_size=50), st.integers(0, 2**62))
def test_gaps_between_answers_survive_to_a_tenth_of_a_microsecond(times_ns: list[int], origin: int) -> None:
    gaps = arrivals.unpack(arrivals.pack([origin + one for one in times_ns]))
    expected = np.diff(np.sort(np.array(times_ns, dtype=np.float64))) / 1000
    assert len(gaps) == max(0, len(times_ns) - 1)
    assert gaps == pytest.approx(expected, abs=0.11)


def test_errors_of_rounding_do_not_add_up() -> None:
    times = [149 * one for one in range(10_000)]
    assert arrivals.unpack(arrivals.pack(times)).sum() == pytest.approx(149 * 9_999 / 1000, abs=0.11)


def test_fewer_than_two_answers_have_no_gap() -> None:
    assert arrivals.pack([]) == arrivals.pack([5]) == ""
    assert len(arrivals.unpack("")) == 0
