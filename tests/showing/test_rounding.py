"""Numbers have the digits that their interval supports, and no more."""

import math

import pytest

from levelground.model.interval import Interval
from levelground.showing import rounding


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Interval(2.440, 2.365, 2.517), "2.44 (2.37–2.52)"),
        (Interval(0.995, 0.965, 1.027), "0.995 (0.965–1.027)"),
        (Interval(1.0, 1.0, 1.0), "1"),
        (Interval(63049.0, 56000.0, 70000.0), "63,000 (56,000–70,000)"),
        (Interval(113.24, 112.11, 114.31), "113.2 (112.1–114.3)"),
        (Interval(0.0794, 0.0772, 0.0819), "0.0794 (0.0772–0.0819)"),
        (None, "–"),
    ],
)
def test_an_interval_decides_how_many_digits_there_are(found: Interval | None, text: str) -> None:
    assert rounding.interval(found) == text


def test_an_estimate_alone_has_the_digits_of_its_interval() -> None:
    assert rounding.estimate(Interval(63049.0, 56000.0, 70000.0)) == "63,000"
    assert rounding.estimate(None) == "–"


def test_half_widths_below_35_keep_two_digits_and_others_one() -> None:
    assert rounding.decimals(Interval(1.0, 1 - 0.034, 1 + 0.034)) == 3
    assert rounding.decimals(Interval(1.0, 1 - 0.037, 1 + 0.037)) == 2
    assert rounding.decimals(Interval(1.0, -math.inf, math.inf)) == 3


def test_a_number_without_an_interval_has_three_digits() -> None:
    assert [rounding.digits(one) for one in (0.5012, 12.345, 1234.5, 0.0, None)] == ["0.501", "12.3", "1,230", "0", "–"]


def test_a_share_is_a_percentage() -> None:
    assert [rounding.percent(one) for one in (0.043, 0.12, math.inf)] == ["4.3 %", "12 %", "–"]


def test_a_change_has_its_sign_and_the_digits_of_its_interval() -> None:
    assert rounding.change(Interval(3.14, 2.0, 4.2)) == "+3.1 % (+2.0 to +4.2)"
    assert rounding.change(Interval(3.14, -12.0, 14.0)) == "+3 % (-12 to +14)"
    assert rounding.change(Interval(-0.04, -0.9, 0.8)) == "0.0 % (-0.9 to +0.8)"
    assert rounding.change(Interval(7.0, 0.4, 15.0)) == "+7.0 % (+0.4 to +15.0)"
    assert rounding.size(Interval(-3.06, -3.81, -2.31)) == "3.1 % ± 0.8 %"


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (1.31, "1.4 %"),
        (1.3, "1.3 %"),
        (10.1, "11 %"),
        (9.99, "10.0 %"),
        (0.234, "0.24 %"),
        (0.0, "0 %"),
        (math.inf, "–"),
    ],
)
def test_a_bound_is_rounded_up(percent: float, text: str) -> None:
    assert rounding.at_most(percent) == text
