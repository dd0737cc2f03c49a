"""Which rate comes next, and how long a slice is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelground.judging import capacity
from levelground.model import trials
from levelground.model.objective import Objective
from levelground.traffic import rates
from levelground.traffic.rates import Rate, Rates
from tests.samples import a_run, a_slice


@pytest.mark.parametrize(
    ("text", "rate"), [("2000", 2000.0), ("50%", 500.0), ("0.5 %", 5.0), (".5", 0.5), ("120%", 1200.0)]
)
def test_a_rate_is_absolute_or_a_share_of_the_slowest(text: str, rate: float) -> None:
    assert Rate.parse(text).per_second(slowest=1000.0) == pytest.approx(rate)


@pytest.mark.parametrize("text", ["", "fast", "0", "0%", "-1", "1e3", "50 percent", "%"])
def test_what_is_no_rate_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no rate: give requests per second \(2000\)"):
        Rate.parse(text)


@given(slowest=st.floats(1, 1e6), connections=st.integers(1, 1000))
def test_a_closed_slice_is_long_enough_for_the_slowest_to_answer_everyone(slowest: float, connections: int) -> None:
    seconds = rates.slice_seconds("closed", 0.012, slowest, connections, None)
    assert 0.012 <= seconds <= rates.LONGEST_SECONDS
    assert seconds * slowest >= rates.ANSWERS * connections * 0.999 or seconds == rates.LONGEST_SECONDS


@given(rate=st.floats(0.1, 1e5))
def test_an_open_slice_has_enough_requests(rate: float) -> None:
    seconds = rates.slice_seconds("open", 0.012, 1000.0, 16, rate)
    assert seconds * rate >= rates.ARRIVALS * 0.999 or seconds == rates.LONGEST_SECONDS


def test_a_trial_is_long_enough_to_tell_a_rate_that_is_a_little_too_high() -> None:
    assert rates.trial_seconds(Objective.parse("p99<50ms")) == pytest.approx(1.0)
    assert rates.trial_seconds(Objective.parse("p99<1ms")) == 0.25
    assert rates.trial_seconds(Objective.parse("p50<3s")) == rates.LONGEST_SECONDS


def test_a_closed_loop_has_no_rate_and_an_open_one_that_of_its_record() -> None:
    assert Rates(a_run("starlette")).next("hello", "starlette") is None
    told = a_run("starlette", load="open", rates_per_second={"hello": 123.0})
    assert Rates(told).next("hello", "starlette") == 123.0


def test_a_search_goes_on_where_the_recorded_trials_left_it() -> None:
    told = a_run(
        "starlette",
        load="capacity",
        objective="p99<50ms",
        saturated_per_second={"hello": {"starlette": 1000.0}},
    )
    first = Rates(told)
    recorded = []
    for block in range(12):
        rate = first.next("hello", "starlette")
        assert rate is not None
        recorded.append(a_slice(block=block, offered_per_second=rate, latency={100: 10} if rate < 900 else {2000: 10}))
        first.add(recorded[-1])
    assert Rates(told, recorded).next("hello", "starlette") == first.next("hello", "starlette")
    assert Rates(told, recorded[:-1]).next("hello", "starlette") != first.next("hello", "starlette")


@pytest.mark.parametrize("failure", [{"errors": {"reset": 1}}, {"unanswered": 1}])
def test_a_trial_with_a_failure_does_not_meet_the_objective(failure: dict[str, object]) -> None:
    told = a_run(
        "starlette",
        load="capacity",
        objective="p99<50ms",
        saturated_per_second={"hello": {"starlette": 1000.0}},
    )

    well = a_slice(offered_per_second=400.0, latency={100: 10})
    bad = a_slice(offered_per_second=600.0, latency={100: 10}, **failure)
    found = capacity.interval(trials.of_run(told, [well, bad] * 20)["hello"]["starlette"])
    assert found is not None
    assert 400 < found.estimate < 600
