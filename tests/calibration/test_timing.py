"""The open loop against known truths: what is made of what was seen."""

import numpy as np
import pytest

from levelground.calibration import timing
from levelground.traffic import schedule


def test_errors_are_percentiles_measured_minus_percentiles_asked_for() -> None:
    asked = list(range(1000, 101_000, 1000))
    seen = timing.errors([(us + 70) * 1000 for us in reversed(asked)], asked, [5.0, 6.0])
    assert seen["p50_error_us"] == pytest.approx(70)
    assert seen["p99_error_us"] == pytest.approx(70)
    assert (seen["requests"], seen["p50_server_late_us"], seen["p99_server_late_us"]) == (100, 5, 6)


def test_who_asks_in_a_stall_waits_for_the_rest_of_it() -> None:
    at = np.array([0.0, 999, 1000, 1500, 2999, 3000]) * 1000
    assert timing.waits_us(at, 1_000_000, 3_000_000).tolist() == [0, 0, 2000, 1500, 1, 0]


def test_no_percentile_of_a_stall_lies_at_its_edge() -> None:
    for length in (10.0, 16.0):
        share = 100 * (1 - timing.STALL_SECONDS / length)
        assert min(abs(share - percent) for percent in timing.STALL_PERCENTILES) > 2


def test_percentiles_are_values_that_occurred() -> None:
    values = np.array([3.0, 1.0, 2.0, 10.0])
    assert [timing.percentile(values, percent) for percent in (0, 25, 50, 75, 76, 100)] == [1, 1, 2, 3, 10, 10]


def test_the_schedule_is_a_poisson_process_and_an_even_one_is_not() -> None:
    due = np.array(schedule.arrivals(1, schedule.Block(0, "", 0, ()), 40_000, 1.0))
    assert timing.exponential_p_value(np.diff(due) * 40_000 / 1e9) > 0.01
    assert timing.exponential_p_value(np.ones(50)) < 1e-6


def test_departures_are_told_with_the_slip_and_both_p_values() -> None:
    gaps = np.random.default_rng(1).exponential(1, 5000)
    seen = timing.departing(np.arange(1.0, 101.0), np.ones(100), gaps, 2000.0)
    assert (seen["p50_us"], seen["p99_us"], seen["max_us"], seen["requests"]) == (50, 99, 100, 100)
    assert seen["poisson_p_value"] < 1e-6 < 0.01 < seen["schedule_p_value"]
