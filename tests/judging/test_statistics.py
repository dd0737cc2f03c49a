"""What the judging mathematics promises: known answers, symmetries, and coverage on a simulated noisy host."""

import math
from itertools import combinations
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import stdtrit

from levelground.judging.statistics import (
    Floats,
    Ints,
    letter_display,
    letters,
    ratios,
    totals,
    widest_half_width,
)
from levelground.model.interval import Interval
from tests.drift import drift

NAN = math.nan
T1 = 12.706204736
"""Student's 97.5 % quantile with one degree of freedom."""


def one_round(blocks: int) -> Ints:
    return np.zeros(blocks, dtype=np.int64)


def close(found: list[Interval | None], expected: list[Interval | None], factor: float = 1.0) -> bool:
    """Whether two tables agree but for rounding, the second one multiplied by a factor."""
    return [one is None for one in found] == [one is None for one in expected] and all(
        one.estimate == pytest.approx(factor * other.estimate)
        and one.low == pytest.approx(factor * other.low)
        and one.high == pytest.approx(factor * other.high)
        for one, other in zip(found, expected, strict=True)
        if one and other
    )


def sharing(display: list[str]) -> set[tuple[int, int]]:
    return {pair for pair in combinations(range(len(display)), 2) if set(display[pair[0]]) & set(display[pair[1]])}


# Known answers


def test_a_ratio_is_the_geometric_mean_of_the_paired_ratios_with_student_s_interval() -> None:
    first, second = ratios(np.array([[1.0, 2.0], [10.0, 80.0]]), 0, one_round(2), seed=1)
    assert first == Interval(1.0, 1.0, 1.0)
    assert second is not None
    assert second.estimate == pytest.approx(4)
    assert second.low == pytest.approx(4 / 2**T1)
    assert second.high == pytest.approx(4 * 2**T1)


def test_rounds_that_differ_widen_the_interval_by_their_variance_component() -> None:
    differences = np.array([1.0, 3.0, 5.0, 7.0])
    table = np.exp(np.column_stack([np.zeros(4), differences]))
    _, found = ratios(table, 0, np.array([1, 1, 2, 2]), seed=1)
    # Within rounds 2, between them 8, of which 1 is noise: 2/4 + 7/2 = 4. Rounds have one degree of freedom.
    # One in eight resamples has |t| = 2.
    level = 2 * NormalDist().cdf(-2)
    assert found is not None
    assert math.log(found.estimate) == pytest.approx(4)
    assert math.log(found.high / found.estimate) == pytest.approx(-2 * stdtrit(1, level / 2))


def test_blocks_that_lack_one_of_the_two_are_left_out() -> None:
    whole = np.array([[1.0, 2.0], [1.0, 8.0], [1.0, 4.0]])
    holes = np.array([[1.0, 2.0], [NAN, 900.0], [1.0, 8.0], [1.0, NAN], [1.0, 4.0]])
    assert close(ratios(holes, 0, one_round(5), seed=1), ratios(whole, 0, one_round(3), seed=1))


def test_a_total_is_a_ratio_of_sums_with_an_interval_from_its_batches() -> None:
    (found,) = totals(np.array([[1.0], [NAN], [3.0]]), np.array([[1.0], [5.0], [1.0]]), one_round(3))
    assert found is not None
    assert found.estimate == 2
    assert found.high == pytest.approx(2 * math.exp(T1 / 2))
    assert found.low == pytest.approx(2 / math.exp(T1 / 2))


def test_a_total_s_batches_do_not_span_rounds() -> None:
    numerators = np.repeat([[1.0], [3.0]], 50, axis=0)
    (found,) = totals(numerators, np.ones((100, 1)), np.repeat([7, 3], 50))
    # Ten batches, five of 10 and five of 30 around a mean of 20.
    error = math.sqrt(10 / 9 * 10 * 10**2) / 200
    assert found is not None
    assert math.log(found.high / 2) == pytest.approx(-stdtrit(9, 0.025) * error)


def test_letters_run_from_the_highest_column_down_and_overlap_where_groups_do() -> None:
    # 0 and 3 are apart; 1 has no data; 2 is in between, apart from neither.
    apart = np.zeros((4, 4), dtype=np.bool_)
    apart[0, 3] = apart[3, 0] = True
    assert letter_display(apart, [3, 2, 0]) == ["b", "", "ab", "a"]


def test_services_far_apart_get_letters_of_their_own_and_twins_share_one() -> None:
    rng = np.random.default_rng(5)
    noise = np.exp(0.02 * rng.standard_normal((100, 4)))
    assert letters(noise * [1, 3, 2, 2], one_round(100), seed=1) == ["c", "a", "b", "b"]


def test_a_column_that_missed_the_slow_blocks_is_not_ranked_high_for_it() -> None:
    rng = np.random.default_rng(6)
    table = np.exp(0.01 * rng.standard_normal((60, 3))) * [1.2, 1.1, 1.0]
    table[30:] /= 10
    table[30:, 2] = NAN
    table[:5, 0] = NAN
    assert letters(table, one_round(60), seed=1) == ["a", "b", "c"]


def test_more_than_52_groups_still_get_one_character_each() -> None:
    display = letter_display(~np.eye(60, dtype=np.bool_), range(60))
    assert display[:2] == ["a", "b"]
    assert display[26] == "A"
    assert len(set(display)) == 60
    assert all(len(letter) == 1 and letter.isalpha() for letter in display)


def test_the_widest_half_width_is_relative_to_its_estimate() -> None:
    assert widest_half_width([Interval(1, 1, 1), Interval(2, 1.9, 2.1), Interval(0.5, 0.49, 0.51)]) == pytest.approx(
        0.05
    )


@pytest.mark.parametrize("intervals", [[], [Interval(1, 1, 1), None], [Interval(0, 0, 0)]])
def test_a_missing_interval_is_never_precise_enough(intervals: list[Interval | None]) -> None:
    assert widest_half_width(intervals) == math.inf


# Too little data


@pytest.mark.parametrize("services", [0, 1, 3])
def test_no_blocks_give_no_interval_and_no_letter(services: int) -> None:
    empty = np.empty((0, services))
    assert letters(empty, one_round(0), seed=1) == [""] * services
    assert totals(empty, empty, one_round(0)) == [None] * services
    if services:
        assert ratios(empty, 0, one_round(0), seed=1) == [None] * services


def test_one_block_gives_no_interval_but_the_baseline_s_own() -> None:
    table = np.array([[3.0, 4.0]])
    assert ratios(table, 0, one_round(1), seed=1) == [Interval(1.0, 1.0, 1.0), None]
    assert letters(table, one_round(1), seed=1) == ["", ""]
    assert totals(table, table, one_round(1)) == [None, None]


def test_rounds_of_one_block_each_give_no_ratio_since_noise_and_restarts_cannot_be_told_apart() -> None:
    table = np.array([[1.0, 2.0], [1.0, 9.0], [1.0, 5.0]])
    assert ratios(table, 0, np.arange(3), seed=1) == [Interval(1.0, 1.0, 1.0), None]
    assert letters(table, np.arange(3), seed=1) == ["a", "a"]


def test_a_column_without_data_gets_nothing_and_changes_nothing() -> None:
    rng = np.random.default_rng(8)
    table = np.exp(0.1 * rng.standard_normal((40, 3))) * [1.0, 1.0, 2.0]
    rounds = np.repeat([0, 1], 20)
    wider = np.insert(table, 1, NAN, axis=1)
    found = ratios(wider, 0, rounds, seed=1)
    assert found.pop(1) is None
    assert found == ratios(table, 0, rounds, seed=1)
    assert letters(wider, rounds, seed=1) == ["b", "", "b", "a"]
    assert ratios(wider, 1, rounds, seed=1) == [None] * 4
    assert totals(wider, wider, rounds)[1] is None


def test_a_single_service_is_its_own_baseline_and_alone_with_its_letter() -> None:
    table = np.array([[1.0], [2.0]])
    assert ratios(table, 0, one_round(2), seed=1) == [Interval(1.0, 1.0, 1.0)]
    assert letters(table, one_round(2), seed=1) == ["a"]


def test_zero_variance_gives_intervals_without_width_and_tells_any_difference_apart() -> None:
    table = np.array([[1.0, 2.0, 1.0], [7.0, 14.0, 7.0], [3.0, 6.0, 3.0], [0.1, 0.2, 0.1]])
    rounds = np.array([0, 0, 1, 1])
    one = Interval(1.0, 1.0, 1.0)
    assert close(ratios(table, 0, rounds, seed=1), [one, Interval(2.0, 2.0, 2.0), one])
    assert letters(table, rounds, seed=1) == ["b", "a", "b"]
    assert close(totals(2 * table, table, rounds), [Interval(2.0, 2.0, 2.0)] * 3)


def test_rounds_that_differ_are_seen_even_if_blocks_within_them_do_not() -> None:
    _, found = ratios(np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 3.0], [1.0, 3.0]]), 0, np.array([0, 0, 1, 1]), seed=1)
    assert found is not None
    assert found.low < 1 < found.high


def test_pairs_that_never_met_are_not_told_apart() -> None:
    table = np.array([[1.0, NAN], [1.1, NAN], [NAN, 50.0], [NAN, 51.0]])
    assert letters(table, one_round(4), seed=1) == ["a", "a"]


def test_a_total_of_nothing_in_some_time_is_zero_and_of_nothing_in_no_time_is_unknown() -> None:
    zero, some = np.zeros((4, 1)), np.ones((4, 1))
    assert totals(zero, some, one_round(4)) == [Interval(0.0, 0.0, 0.0)]
    assert totals(zero, zero, one_round(4)) == [None]


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf])
def test_a_value_without_a_logarithm_is_refused(wrong: float) -> None:
    table = np.array([[1.0, wrong], [1.0, 2.0]])
    with pytest.raises(ValueError, match="above zero"):
        ratios(table, 0, one_round(2), seed=1)
    with pytest.raises(ValueError, match="above zero"):
        letters(table, one_round(2), seed=1)


@pytest.mark.parametrize("wrong", [-1.0, math.inf])
def test_a_negative_or_infinite_summand_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        totals(np.array([[wrong]]), np.array([[1.0]]), one_round(1))


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="one row per block"):
        ratios(np.ones((3, 2)), 0, one_round(2), seed=1)
    with pytest.raises(ValueError, match="one row per block"):
        totals(np.ones((3, 2)), np.ones((3, 2)), one_round(2))


# Symmetries

unhurried = settings(deadline=None, max_examples=60)
"""The cores may be busy: no example fails for being slow."""


@st.composite
def tables(draw: st.DrawFn) -> tuple[Floats, Ints]:
    """Up to 12 blocks of up to 5 services in up to 3 rounds, with holes."""
    blocks, services = draw(st.integers(0, 12)), draw(st.integers(1, 5))
    values = draw(arrays(np.float64, (blocks, services), elements=st.floats(0.1, 10)))
    holes = draw(arrays(np.bool_, (blocks, services), elements=st.integers(0, 4).map(lambda n: n == 0)))
    rounds = draw(arrays(np.int64, blocks, elements=st.integers(0, 2)))
    return np.where(holes, NAN, values), rounds


@unhurried
@given(tables(), st.integers(0, 2**32))
def test_a_factor_common_to_a_block_changes_nothing(drawn: tuple[Floats, Ints], seed: int) -> None:
    table, rounds = drawn
    factors = np.exp(np.random.default_rng(seed).normal(0, 2, (len(table), 1)))
    assert close(ratios(table * factors, 0, rounds, 1, resamples=50), ratios(table, 0, rounds, 1, resamples=50))
    assert sharing(letters(table * factors, rounds, 1, resamples=50)) == sharing(
        letters(table, rounds, 1, resamples=50)
    )


@unhurried
@given(tables(), st.floats(0.01, 100))
def test_a_column_times_k_has_its_ratio_times_k(drawn: tuple[Floats, Ints], factor: float) -> None:
    table, rounds = drawn
    before = ratios(table, 0, rounds, 1, resamples=50)
    table[:, -1] *= factor
    after = ratios(table, 0, rounds, 1, resamples=50)
    assert close(after[:-1], before[:-1])
    assert close(after[-1:], before[-1:], factor if len(after) > 1 else 1.0)


@unhurried
@given(tables(), st.integers(0, 2**32))
def test_the_order_of_columns_only_orders_the_results(drawn: tuple[Floats, Ints], seed: int) -> None:
    table, rounds = drawn
    order = np.random.default_rng(seed).permutation(table.shape[1]).tolist()
    found = ratios(table[:, order], order.index(0), rounds, 1, resamples=50)
    before = ratios(table, 0, rounds, 1, resamples=50)
    assert close(found, [before[column] for column in order])
    shared = {
        tuple(sorted((order[a], order[b]))) for a, b in sharing(letters(table[:, order], rounds, 1, resamples=50))
    }
    assert shared == sharing(letters(table, rounds, 1, resamples=50))


@unhurried
@given(tables(), st.integers(0, 2**32))
def test_the_order_of_blocks_within_a_round_moves_no_estimate(drawn: tuple[Floats, Ints], seed: int) -> None:
    table, rounds = drawn
    order = np.random.default_rng(seed).permutation(len(table))
    before = ratios(table, 0, rounds, 1, resamples=50)
    after = ratios(table[order], 0, rounds[order], 1, resamples=50)
    assert [one and pytest.approx(one.estimate) for one in before] == [one and one.estimate for one in after]


@unhurried
@given(tables())
def test_the_same_seed_gives_the_same_result(drawn: tuple[Floats, Ints]) -> None:
    table, rounds = drawn
    assert ratios(table, 0, rounds, 3, resamples=300) == ratios(table, 0, rounds, 3, resamples=300)
    assert letters(table, rounds, 3, resamples=300) == letters(table, rounds, 3, resamples=300)


@unhurried
@given(tables())
def test_every_interval_holds_its_estimate(drawn: tuple[Floats, Ints]) -> None:
    table, rounds = drawn
    for found in (*ratios(table, 0, rounds, 1, resamples=50), *totals(table, 1 / table, rounds)):
        assert found is None or found.low <= found.estimate <= found.high


@unhurried
@given(arrays(np.bool_, st.integers(0, 8).map(lambda n: (n, n))), st.integers(0, 2**32))
def test_columns_share_a_letter_just_if_they_are_not_apart(drawn: np.ndarray, seed: int) -> None:
    apart = np.triu(drawn, 1) | np.triu(drawn, 1).T
    columns = range(len(apart))
    display = letter_display(apart, np.random.default_rng(seed).permutation(len(apart)).tolist())
    assert sharing(display) == {(a, b) for a, b in combinations(columns, 2) if not apart[a, b]}
    groups = {frozenset(c for c in columns if letter in display[c]) for letter in set("".join(display))}
    alike = [
        frozenset(group)
        for size in range(1, len(apart) + 1)
        for group in combinations(columns, size)
        if not apart[np.ix_(group, group)].any()
    ]
    assert groups == {group for group in alike if not any(group < other for other in alike)}
    assert len(groups) == len(set("".join(display)))


# Coverage


def noisy_host(rng: np.random.Generator, services: int, rounds: Ints, restart_sd: float = 0.0) -> Floats:
    """Equally fast services on a host that drifts over some twenty blocks, with heavy-tailed slices: 25 % CV raw.

    Each block's slices come one after another in random order. A restart shifts each service, and the host too.
    """
    shape = len(rounds), services
    host = drift(rng, len(rounds) * services, sd=0.15, memory=20 * services).reshape(shape)
    logs = rng.permuted(host, axis=1) + 0.14 * np.clip(rng.standard_t(4, shape), -6, 6)
    if restart_sd:
        count = len(np.unique(rounds))
        logs += rng.normal(0, restart_sd, (count, services))[rounds] + rng.normal(0, 0.1, (count, 1))[rounds]
    values: Floats = 1000 * np.exp(logs)
    return values


def coverage(tables: int, services: int, rounds: Ints, restart_sd: float = 0.0) -> tuple[float, float]:
    """The shares of simulated tables whose ratios all hold the true 1, and whose first twin does."""
    rng = np.random.default_rng(2026)
    whole = twin = 0
    for seed in range(tables):
        _, *found = ratios(noisy_host(rng, services, rounds, restart_sd), 0, rounds, seed, resamples=400)
        holds = [one is not None and one.low <= 1 <= one.high for one in found]
        whole += all(holds)
        twin += holds[0]
    return whole / tables, twin / tables


@pytest.mark.simulated
def test_all_intervals_of_a_table_hold_at_once_in_95_of_100_tables() -> None:
    whole, twin = coverage(800, 6, one_round(120))
    assert 0.93 <= whole <= 0.97
    assert twin >= 0.95


@pytest.mark.simulated
@pytest.mark.parametrize("restart_sd", [0.0, 0.03])
def test_the_intervals_hold_over_restarts_too(restart_sd: float) -> None:
    whole, twin = coverage(500, 8, np.repeat(np.arange(5), 30), restart_sd)
    assert 0.93 <= whole <= (0.97 if restart_sd else 0.99)
    assert twin >= 0.95


@pytest.mark.simulated
def test_two_or_three_rounds_do_not_undercover() -> None:
    for count in (2, 3):
        whole, _ = coverage(250, 8, np.repeat(np.arange(count), 60), 0.03)
        assert whole >= 0.93


@pytest.mark.simulated
def test_a_twin_alone_beside_its_baseline_raises_false_alarm_in_5_of_100_tables() -> None:
    _, twin = coverage(800, 2, one_round(100))
    assert 0.93 <= twin <= 0.97


@pytest.mark.simulated
def test_equal_services_get_different_letters_in_5_of_100_tables() -> None:
    rng = np.random.default_rng(1)
    rounds = one_round(100)
    alarms = sum(letters(noisy_host(rng, 6, rounds), rounds, seed, resamples=400) != ["a"] * 6 for seed in range(400))
    assert alarms / 400 <= 0.07


@pytest.mark.simulated
def test_a_total_s_interval_holds_although_neighbouring_blocks_resemble_each_other() -> None:
    rng = np.random.default_rng(11)
    rounds = one_round(1500)
    truth = noisy_host(rng, 1, one_round(1_000_000)).mean()
    found = [totals(noisy_host(rng, 1, rounds), np.ones((1500, 1)), rounds)[0] for _ in range(400)]
    assert sum(one is not None and one.low <= truth <= one.high for one in found) / 400 >= 0.91
