"""The undisturbed cost of services whose true cost is known, on a host that is disturbed as real ones are."""

from functools import cache

import numpy as np
import pytest

from levelground.judging import undisturbed
from levelground.judging.undisturbed import Costs, Floats

ANSWERS = 16
STEP_US = 20.0


def slowdowns(rng: np.random.Generator, us: float) -> Floats:
    """How much slower the core is, every STEP_US: not at all nearly half of the time, else 1.4 to 2.6 times."""
    steps = int(us / STEP_US) + 1
    found, at, calm = np.empty(steps), 0, bool(rng.random() < 0.46)
    while at < steps:
        scale = rng.choice([200.0, 2000.0, 60_000.0], p=[0.6, 0.3, 0.1])
        lasts = max(1, int(rng.exponential(scale) / STEP_US))
        found[at : at + lasts] = 1.0 if calm else rng.uniform(1.4, 2.6)
        at, calm = at + lasts, not calm
    return found


def gaps(rng: np.random.Generator, cost_us: float, answers: int, noise: float = 0.03) -> Floats:
    """Of one slice on that host."""
    work = cost_us * (1 + noise * rng.standard_normal(answers))
    done = np.concatenate([[0.0], np.cumsum(STEP_US / slowdowns(rng, 2.7 * answers * cost_us))])
    times = np.interp(np.cumsum(work), done, STEP_US * np.arange(len(done)))
    return np.diff(times)


TRUTHS = (50.0, 50.0, 15.0, 110.0, 450.0, 850.0)


@cache
def simulated(seed: int, restart: float = 0.01, rounds: int = 3, blocks: int = 60) -> Costs:
    rng = np.random.default_rng(seed)
    table, known = [], []
    for _ in range(rounds):
        shifts = np.exp(restart * rng.standard_normal(len(TRUTHS)))
        of_round = [
            [gaps(rng, cost * shift, max(2 * ANSWERS, int(8000 / cost))) for _ in range(blocks)]
            for cost, shift in zip(TRUTHS, shifts, strict=True)
        ]
        table.append(of_round)
        known.append([gaps(rng, 60.0, 300, noise=0.005) for _ in range(blocks)])
    return undisturbed.costs(table, known, ANSWERS, seed, resamples=200)


@pytest.mark.parametrize("seed", range(3))
def test_services_fast_and_slow_are_read_within_a_few_percent_of_their_true_cost(seed: int) -> None:
    costs = simulated(seed)
    for found, truth in zip(undisturbed.each(costs), TRUTHS, strict=True):
        assert found is not None
        assert found.estimate == pytest.approx(truth, rel=0.06)
    for ratio, truth in zip(undisturbed.ratios(costs, 0), TRUTHS, strict=True):
        assert ratio is not None
        assert ratio.estimate == pytest.approx(TRUTHS[0] / truth, rel=0.05)


def test_short_rounds_are_taken_together_until_each_service_has_enough_in_all_of_them() -> None:
    assert len(simulated(0, rounds=6, blocks=20).logs) == 6
    costs = simulated(0, rounds=6, blocks=6)
    assert len(costs.logs) == 2
    assert np.isfinite(costs.logs).all()
    costs_us, ratios = undisturbed.each(costs), undisturbed.ratios(costs, 0)
    for us, ratio, truth in zip(costs_us, ratios, TRUTHS, strict=True):
        assert us is not None
        assert ratio is not None
        assert ratio.low <= TRUTHS[0] / truth <= ratio.high


@pytest.mark.simulated
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("blocks", [6, 7, 8])
def test_of_short_rounds_taken_together_all_intervals_hold(blocks: int, seed: int) -> None:
    costs = simulated(seed, rounds=6, blocks=blocks)
    assert len(costs.logs) in (2, 3)
    for ratio, truth in zip(undisturbed.ratios(costs, 0), TRUTHS, strict=True):
        assert ratio is not None
        assert ratio.low <= TRUTHS[0] / truth <= ratio.high
        assert ratio.estimate == pytest.approx(TRUTHS[0] / truth, rel=0.015)


def test_a_service_that_lacks_windows_in_some_rounds_is_compared_with_nobody() -> None:
    rng = np.random.default_rng(6)
    known = [[gaps(rng, 60.0, 300, noise=0.005) for _ in range(20)] for _ in range(3)]
    whole = [[gaps(rng, 50.0, 160) for _ in range(20)] for _ in range(3)]
    partly = [whole[0], [np.empty(0)] * 20, [np.empty(0)] * 20]
    costs = undisturbed.costs(list(zip(whole, partly, whole, strict=True)), known, ANSWERS, 1, resamples=50)
    assert len(costs.logs) == 3
    assert [one is None for one in undisturbed.each(costs)] == [False, True, False]
    assert [one is None for one in undisturbed.ratios(costs, 0)] == [False, True, False]
    assert undisturbed.letters(costs)[1] == ""


def test_twins_share_a_letter_and_others_do_not() -> None:
    letters = undisturbed.letters(simulated(0))
    assert letters[0] == letters[1]
    assert letters[2] == "a"
    assert len({letters[place] for place in (1, 2, 3, 4, 5)}) == 5


def test_a_service_without_windows_has_no_interval_and_no_letter() -> None:
    rng = np.random.default_rng(1)
    table = [[[gaps(rng, 50.0, 160) for _ in range(20)], [np.empty(0)] * 20]]
    costs = undisturbed.costs(table, [[np.empty(0)] * 20], ANSWERS, 1, resamples=50)
    assert undisturbed.ratios(costs, 0)[1] is None
    assert undisturbed.each(costs)[1] is None
    assert undisturbed.letters(costs) == ["a", ""]


def test_the_longer_a_window_the_less_of_it_is_undisturbed_as_known_work_shows() -> None:
    rng = np.random.default_rng(2)
    known = [gaps(rng, 60.0, 400, noise=0.005) for _ in range(60)]
    factors = undisturbed.Slowdown(known, np.ones((1, len(known)))).of
    short, long, longest = (float(factors(np.array([us]))[0]) for us in (60.0, 3_000.0, 20_000.0))
    assert short == pytest.approx(1.0, rel=1e-3)
    assert short < long < longest
    nothing = undisturbed.Slowdown([np.empty(0)] * 60, np.ones((1, 60)))
    assert float(nothing.of(np.array([20_000.0]))[0]) == 1.0


def test_resamples_without_the_longest_known_work_make_no_interval_narrow() -> None:
    """As where slices last for seconds: few blocks have known work that is as long as a window."""
    rng = np.random.default_rng(4)
    known = [60 + rng.standard_normal(600 if block % 6 == 0 else 40) for block in range(30)]
    services = [[[cost + rng.standard_normal(100) for _ in range(30)] for cost in (450.0, 500.0)]]
    costs = undisturbed.costs(services, [known], ANSWERS, seed=4)
    assert (costs.noise > 0).all()
    ratio = undisturbed.ratios(costs, 0)[1]
    assert ratio is not None
    assert ratio.low < ratio.estimate < ratio.high


def test_one_service_that_restarts_move_does_not_widen_the_others() -> None:
    calm = 0.002 * np.random.default_rng(3).standard_normal((3, 8))
    odd = calm.copy()
    odd[:, 7] += [0.0, 0.2, -0.2]
    quiet = Costs(calm, np.full((3, 8), 1e-8), np.zeros((10, 8)))
    moved = Costs(odd, np.full((3, 8), 1e-8), np.zeros((10, 8)))
    before, after = undisturbed.spread(quiet), undisturbed.spread(moved)
    assert after.variance[7] > 100 * before.variance[7]
    assert after.variance[:7].max() < 0.05 * after.variance[7]


def test_variances_that_differ_by_chance_alone_are_pooled() -> None:
    rng = np.random.default_rng(4)
    prior, weight = undisturbed.moderation(rng.chisquare(4, 2000) / 4, 4)
    assert prior == pytest.approx(1.0, rel=0.1)
    assert weight > 50
    assert undisturbed.moderation(np.array([1.0, 2.0]), 2) == (1.5, 0.0)


def test_many_alike_do_not_overrule_what_rounds_say_of_one_service() -> None:
    rng = np.random.default_rng(5)
    logs = 0.01 * rng.standard_normal((6, 20))
    logs[:, 0] *= 2.5
    found = undisturbed.spread(Costs(logs, np.full((6, 20), 1e-8), np.zeros((10, 20))))
    assert found.freedom[0] <= 5 + undisturbed.LARGEST_WEIGHT
    assert found.variance[0] > 1.3 * np.median(found.variance)


def test_the_disturbance_of_a_host_is_the_share_of_its_time_and_a_factor() -> None:
    pieces = np.concatenate([np.full(600, 60.0), np.full(200, 120.0)])
    share, factor = undisturbed.disturbance([pieces]) or (0.0, 0.0)
    assert share == pytest.approx(24_000 / 60_000)
    assert factor == pytest.approx(2.0)
    assert undisturbed.disturbance([]) is None
