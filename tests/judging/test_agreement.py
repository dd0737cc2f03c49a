"""Pairs of runs held against both runs' intervals."""

import math

import pytest

from levelground.judging import agreement
from levelground.judging.agreement import Comparison
from tests.calibration.test_recorded import judged


def test_a_difference_is_beyond_when_both_half_widths_together_do_not_reach_it() -> None:
    assert not Comparison("hello", "one", 0.05, 0.05).beyond
    assert Comparison("hello", "one", -0.06, 0.05).beyond


def test_half_widths_add_as_squares_and_the_baseline_is_left_out() -> None:
    runs = [judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)] * 2
    found = agreement.comparisons(runs, "undisturbed_ratio")
    assert [one.service for one in found] == ["other", "third"]
    assert found[0].difference == 0
    assert found[0].half_width == pytest.approx(math.sqrt(2) * math.log(1.02 / 0.98) / 2)


def test_one_run_has_nobody_to_disagree_with() -> None:
    assert agreement.comparisons([judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)], "throughput_ratio") == []
