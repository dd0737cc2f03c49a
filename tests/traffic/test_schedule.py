"""The order of slices: fair, repeatable, and the same for whoever computes it."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from levelground.traffic import schedule

names = st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


@given(seed=st.integers(0), scenarios=names, services=names)
def test_every_block_holds_every_service_once(seed: int, scenarios: list[str], services: list[str]) -> None:
    for block in islice(schedule.blocks(seed, dict.fromkeys(scenarios, services)), 20):
        assert sorted(block.order) == sorted(services)


@given(seed=st.integers(0), scenarios=names, services=names)
def test_every_cycle_holds_every_scenario_once(seed: int, scenarios: list[str], services: list[str]) -> None:
    blocks = schedule.blocks(seed, dict.fromkeys(scenarios, services))
    for _ in range(3):
        cycle = list(islice(blocks, len(scenarios)))
        assert sorted(block.scenario for block in cycle) == sorted(scenarios)


@given(seed=st.integers(0), scenarios=names, services=names, start=st.integers(0, 50))
def test_a_later_start_gives_the_same_blocks(seed: int, scenarios: list[str], services: list[str], start: int) -> None:
    plan = dict.fromkeys(scenarios, services)
    whole = list(islice(schedule.blocks(seed, plan), start + 5))
    assert list(islice(schedule.blocks(seed, plan, start), 5)) == whole[start:]


def test_another_seed_gives_another_order() -> None:
    def orders(seed: int) -> list[tuple[str, ...]]:
        return [block.order for block in islice(schedule.blocks(seed, {"hello": list("abcdefgh")}), 10)]

    assert orders(1) != orders(2)


def test_every_service_is_first_about_equally_often() -> None:
    services = list("abcdefgh")
    first = Counter(block.order[0] for block in islice(schedule.blocks(7, {"hello": services}), 4000))
    assert set(first) == set(services)
    assert all(400 < count < 600 for count in first.values())


def test_a_scenario_is_only_for_the_services_that_answer_it() -> None:
    plan = {"hello": ["a", "null"], "json": ["a"]}
    for block in islice(schedule.blocks(1, plan), 20):
        assert sorted(block.order) == plan[block.scenario]


BLOCK = next(schedule.blocks(1, {"hello": ["a", "b"]}))


def test_arrivals_are_poisson() -> None:
    due = np.array(schedule.arrivals(1, BLOCK, 1000.0, 20.0)) / 1e9
    gaps = np.diff(due)
    assert scipy.stats.kstest(gaps, "expon", args=(0, 1 / 1000)).pvalue > 0.01
    assert len(due) == pytest.approx(20_000, abs=4 * 20_000**0.5)
    # Gaps that follow each other know nothing of each other.
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4 / len(gaps) ** 0.5


def test_arrivals_are_the_same_for_the_same_seed_and_block() -> None:
    other = next(schedule.blocks(1, {"hello": ["a", "b"]}, 1))
    assert schedule.arrivals(1, BLOCK, 100.0, 1.0) == schedule.arrivals(1, BLOCK, 100.0, 1.0)
    assert schedule.arrivals(1, BLOCK, 100.0, 1.0) != schedule.arrivals(2, BLOCK, 100.0, 1.0)
    assert schedule.arrivals(1, BLOCK, 100.0, 1.0) != schedule.arrivals(1, other, 100.0, 1.0)


@given(rate=st.floats(0.1, 50_000), seconds=st.floats(0.001, 1.0))
def test_arrivals_rise_within_the_time(rate: float, seconds: float) -> None:
    due = schedule.arrivals(3, BLOCK, rate, seconds)
    assert due == sorted(due)
    assert all(0 <= one <= seconds * 1e9 for one in due)


def test_no_time_has_no_arrivals() -> None:
    assert schedule.arrivals(1, BLOCK, 1000.0, 0.0) == []
