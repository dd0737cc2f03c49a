"""What the search for a capacity promises: replay, limits, and coverage of simulated services of known capacity."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelground.judging.capacity import Bounds, bounds, interval
from levelground.model import histogram
from levelground.model.interval import Interval
from levelground.model.objective import Objective
from levelground.model.trials import Trials
from levelground.traffic.rates import next_rate

FLOOR, CEILING = 300.0, 5000.0
SIMULATIONS = 50


class Search(Trials):
    """Trials, the rate that comes next, and what is judged of them."""

    def __init__(self, seed: int | str, floor: float, ceiling: float) -> None:
        super().__init__(floor, ceiling)
        self._seed = str(seed)

    def next(self) -> float:
        return next_rate(self, self._seed)

    def interval(self) -> Interval | None:
        return interval(self)

    def bounds(self) -> Bounds:
        return bounds(self)


@dataclass(frozen=True)
class Service:
    """A service with a known capacity; all but lapses in units of log rate."""

    scale: float = 0.05
    lapse: float = 0.05
    drift: float = 0.0
    """Standard deviation of its slow part, which has a memory of two trials."""
    restart: float = 0.0
    """Standard deviation between rounds."""
    rounds: int = 1


SERVICES = {
    "steep": Service(scale=0.02, lapse=0.0),
    "shallow": Service(scale=0.1),
    "noisy host": Service(),
    "very noisy host": Service(lapse=0.1),
    "drifting host": Service(drift=0.08),
    "restarts": Service(restart=0.03, rounds=5),
}


@dataclass(frozen=True)
class Outcome:
    """What a search found, in logarithms relative to the truth."""

    estimate: float
    low: float
    high: float

    @property
    def covers(self) -> bool:
        return self.low <= 0 <= self.high


def searched(service: Service, capacity: float, trials: int, seed: int) -> Search:
    rng = np.random.default_rng(seed)
    shifts = service.restart * rng.standard_normal(service.rounds)
    search = Search(seed, FLOOR, CEILING)
    keep, slow = math.exp(-1 / 2), rng.standard_normal()
    for trial in range(trials):
        label = trial * service.rounds // trials
        slow = keep * slow + math.sqrt(1 - keep**2) * rng.standard_normal()
        rate = search.next()
        margin = (math.log(capacity / rate) + shifts[label] + service.drift * slow) / service.scale
        chance = (1 - service.lapse) / (1 + math.exp(-max(-500, min(margin, 500))))
        search.add(rate, bool(rng.random() < chance), label)
    return search


@cache
def outcomes(name: str, trials: int = 60, simulations: int = SIMULATIONS) -> list[Outcome]:
    found = []
    for seed in range(simulations):
        capacity = FLOOR * 3 * (CEILING / FLOOR / 9) ** Random(seed).random()
        interval = searched(SERVICES[name], capacity, trials, seed).interval()
        assert interval is not None
        found.append(Outcome(*(math.log(one / capacity) for one in (interval.estimate, interval.low, interval.high))))
    return found


def half_width(found: list[Outcome]) -> float:
    return float(np.median([(one.high - one.low) / 2 for one in found]))


# Objectives


@pytest.mark.parametrize(
    ("text", "percentile", "limit_us"),
    [
        ("p99<50ms", 99, 50_000),
        ("p50<1.5ms", 50, 1_500),
        ("p99.9<200us", 99.9, 200),
        ("p99.9<200µs", 99.9, 200),
        (" p90 < 1s ", 90, 1_000_000),
        ("p100<0.25s", 100, 250_000),
    ],
)
def test_an_objective_is_a_percentile_and_a_limit(text: str, percentile: float, limit_us: float) -> None:
    assert Objective.parse(text) == Objective(percentile, limit_us)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is no objective"),
        ("fast", "'fast' is no objective"),
        ("p99<=50ms", "'p99<=50ms' is no objective"),
        ("99<50ms", "'99<50ms' is no objective"),
        ("p99<-50ms", "'p99<-50ms' is no objective"),
        ("p99<50ms p50<1ms", "'p99<50ms p50<1ms' is no objective"),
        ("p99<50", "'p99<50': the latency has no unit; give it in us, ms or s"),
        ("p99<50min", "'p99<50min': the latency has the unit 'min'; give it in us, ms or s"),
        ("p0<50ms", "'p0<50ms': a percentile is above 0 and at most 100, not 0"),
        ("p100.5<50ms", "'p100.5<50ms': a percentile is above 0 and at most 100, not 100.5"),
        ("p99<10us", "'p99<10us': a latency limit is finite and above 10us"),
        (f"p99<{'9' * 400}s", "a latency limit is finite"),
    ],
)
def test_what_is_no_objective_is_told_apart_and_corrected(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match="such as p99<50ms") as error:
        Objective.parse(text)
    assert problem in str(error.value)


@pytest.mark.parametrize("text", ["p99<50ms", "p50<1.5ms", "p99.9<200us", "p100<1s", "p90<2.5s"])
def test_an_objective_is_written_as_people_write_it(text: str) -> None:
    assert str(Objective.parse(text)) == text


@given(
    st.builds(
        Objective,
        st.floats(0, 100, exclude_min=True),
        st.floats(histogram.middle_us(0), 1e300, exclude_min=True),
    )
)
def test_an_objective_survives_being_written_and_read(objective: Objective) -> None:
    assert Objective.parse(str(objective)) == objective


@given(st.text() | st.from_regex(r"p[0-9.]*\s*<?[0-9.]*[mus]*", fullmatch=True))
def test_any_other_text_is_refused_with_an_example(text: str) -> None:
    with suppress(ValueError):
        Objective.parse(text)
        return
    with pytest.raises(ValueError, match="such as p99<50ms"):
        Objective.parse(text)


def test_a_trial_meets_an_objective_if_the_percentile_is_below_the_limit() -> None:
    latencies = histogram.of([1_000_000] * 98 + [70_000_000] * 2)
    assert Objective.parse("p98<50ms").met(latencies)
    assert not Objective.parse("p99<50ms").met(latencies)
    assert Objective.parse("p99<71ms").met(latencies)


@given(st.floats(11, 1e7), st.sampled_from([0.5, 0.99, 0.997, 1.003, 1.01, 2]))
def test_the_limit_is_as_sharp_as_the_histogram_s_buckets(limit_us: float, ratio: float) -> None:
    assert Objective(50, limit_us).met(histogram.of([round(limit_us * ratio * 1000)])) == (ratio < 1)


def test_without_an_answer_no_objective_is_met() -> None:
    assert not Objective.parse("p50<10s").met({})


# The search


rates = st.floats(0.01, 1e7)
histories = st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 3)), max_size=8)


@settings(max_examples=40)
@given(rates, st.floats(1.01, 1e4), histories, st.integers())
def test_every_rate_lies_between_floor_and_ceiling(
    floor: float, factor: float, history: list[tuple[float, bool, int]], seed: int
) -> None:
    search = Search(seed, floor, floor * factor)
    for place, met, label in history:
        assert floor <= search.next() <= floor * factor
        search.add(floor * factor**place, met, label)
    assert floor <= search.next() <= floor * factor
    interval, bounds = search.interval(), search.bounds()
    if interval:
        assert floor <= interval.low <= interval.estimate <= interval.high <= floor * factor
        assert bounds == Bounds(interval.low, interval.high)


@pytest.mark.parametrize(
    ("floor", "ceiling"), [(0, 100), (-1, 100), (100, 100), (200, 100), (1, math.inf), (1, math.nan)]
)
def test_a_search_without_room_is_refused(floor: float, ceiling: float) -> None:
    with pytest.raises(ValueError, match="0 < floor < ceiling"):
        Search(1, floor, ceiling)


def test_recorded_trials_give_the_same_rates_and_the_same_interval() -> None:
    generator = np.random.default_rng(7)
    first, again = Search("7:starlette", FLOOR, CEILING), Search("7:starlette", FLOOR, CEILING)
    for trial in range(60):
        rate, met = first.next(), bool(generator.random() < 0.5)
        assert rate == first.next() == again.next()
        first.add(rate, met, trial // 30)
        again.add(rate, met, trial // 30)
    assert first.interval() == again.interval() is not None


def test_what_is_judged_does_not_depend_on_the_seed() -> None:
    one, other = Search(1, FLOOR, CEILING), Search(2, FLOOR, CEILING)
    for search in (one, other):
        for rate, met in [(1000.0, True), (2000.0, False), (1400.0, True), (1600.0, False)] * 4:
            search.add(rate, met)
    assert one.interval() == other.interval() is not None
    assert one.next() != other.next()


@pytest.mark.parametrize(("met", "least", "most"), [(True, 1.7, 2.4), (False, 1 / 2.4, 1 / 1.7)])
def test_rates_are_about_doubled_or_halved_until_the_capacity_is_bracketed(
    met: bool, least: float, most: float
) -> None:
    search = Search(3, 1, 1e6)
    assert search.next() == pytest.approx(1000)
    for _ in range(5):
        before = search.next()
        search.add(before, met)
        assert least < search.next() / before < most


def after(outcome: bool, seed: int) -> float:
    search = Search(seed, FLOOR, CEILING)
    for rate in (800.0, 900.0, 1000.0, 1000.0, 1100.0, 1200.0) * 3:
        search.add(rate, rate < 1000)
    search.add(1000.0, outcome)
    return search.next()


def test_the_next_rate_does_not_follow_from_the_last_outcome() -> None:
    met, missed = ([after(outcome, seed) for seed in range(60)] for outcome in (True, False))
    for found in (met, missed):
        assert min(found) < 920 < 1000 < max(found)


def test_two_false_failures_far_below_the_capacity_are_found_out() -> None:
    search = Search(11, FLOOR, CEILING)
    for trial in range(80):
        rate = search.next()
        search.add(rate, trial >= 2 and rate < 3000)
    interval = search.interval()
    assert interval is not None
    assert interval.low < 3000 < interval.high
    assert interval.high / interval.low < 1.1


# The estimate


def added(*trials: tuple[float, bool]) -> Search:
    search = Search(1, FLOOR, CEILING)
    for rate, met in trials:
        search.add(rate, met)
    return search


def test_before_any_trial_nothing_is_known() -> None:
    assert added().interval() is None
    assert added().bounds() == Bounds(None, None)


def test_one_trial_gives_no_interval() -> None:
    assert added((1000, True)).interval() is None
    assert added((1000, False)).interval() is None


def test_a_service_that_meets_the_objective_up_to_the_ceiling_has_a_lower_bound_only() -> None:
    search = searched(Service(lapse=0.0), 10 * CEILING, 60, seed=1)
    bounds = search.bounds()
    assert search.interval() is None
    assert bounds.at_most is None
    assert bounds.at_least is not None
    assert 0.8 * CEILING < bounds.at_least <= CEILING


def test_false_failures_do_not_put_a_capacity_above_the_ceiling_below_it() -> None:
    search = searched(Service(lapse=0.1), 3 * CEILING, 60, seed=3)
    assert search.interval() is None
    assert search.bounds().at_most is None


def test_a_service_that_misses_the_objective_down_to_the_floor_has_an_upper_bound_only() -> None:
    search = searched(Service(), FLOOR / 10, 60, seed=1)
    bounds = search.bounds()
    assert search.interval() is None
    assert bounds.at_least is None
    assert bounds.at_most is not None
    assert FLOOR <= bounds.at_most < 1.25 * FLOOR


def test_trials_that_a_rate_divides_cleanly_still_leave_a_width() -> None:
    interval = added(*[(1000.0, True), (1100.0, False)] * 20).interval()
    assert interval is not None
    assert 1000 < interval.low < interval.estimate < interval.high < 1100


def test_rates_scale() -> None:
    trials = [(1000.0, True), (2000.0, False), (1400.0, True), (1600.0, False)] * 4
    large = Search(1, 1000 * FLOOR, 1000 * CEILING)
    for rate, met in trials:
        large.add(1000 * rate, met)
    small, big = added(*trials).interval(), large.interval()
    assert isinstance(small, Interval)
    assert isinstance(big, Interval)
    assert big.estimate == pytest.approx(1000 * small.estimate)
    assert big.high == pytest.approx(1000 * small.high)


def test_rounds_that_differ_widen_the_interval() -> None:
    def search(label: Callable[[int], int]) -> Search:
        found = Search(1, FLOOR, CEILING)
        for trial in range(80):
            capacity = 1000 if trial < 40 else 1150
            rate = capacity * (0.9, 0.96, 1.04, 1.1)[trial % 4]
            found.add(rate, rate < capacity, label(trial))
        return found

    one, two = search(lambda _: 0).interval(), search(lambda trial: trial // 40).interval()
    assert one is not None
    assert two is not None
    assert one.estimate == pytest.approx(two.estimate, rel=0.02)
    assert two.high / two.low > 1.02 * one.high / one.low


@pytest.mark.simulated
def test_intervals_cover_the_known_capacity_without_bias_and_are_not_wide_for_safety() -> None:
    """In one test, so that each search is simulated in one process only."""
    for name in SERVICES:
        estimates = [one.estimate for one in outcomes(name)]
        assert np.mean([one.covers for one in outcomes(name)]) >= 0.9, name
        assert half_width(outcomes(name)) < 2 * 1.96 * np.std(estimates), name
        assert abs(np.mean(estimates)) < 0.02, name
    covered = [one.covers for name in SERVICES for one in outcomes(name)]
    assert len(covered) == 300
    assert np.mean(covered) >= 0.95


@pytest.mark.simulated
def test_an_interval_narrows_with_the_number_of_trials() -> None:
    few, more, many = (half_width(outcomes("noisy host", trials, 8)) for trials in (30, 80, 160))
    assert few < 0.15
    assert more < 0.6 * few
    assert many < 0.75 * more
