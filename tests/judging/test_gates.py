"""Gates: each fires for its reason, and none without one."""

from dataclasses import replace
from typing import Any

import pytest

from levelground.judging import gates
from levelground.model import histogram
from levelground.model.record import Conditions, Slice
from tests.samples import A_CALM_BLOCK, a_member, a_run, a_slice

GOOD = [a_slice(block=block) for block in range(100)]


def verdict(slices: list[Slice], blocks: int = 100, run: dict[str, Any] | None = None, **member: object) -> list[str]:
    told = a_run("starlette", services={"starlette": a_member(**member)}, **(run or {}))
    return gates.verdict(told, "starlette", "hello", slices, range(blocks))


def test_a_cell_without_failures_is_valid() -> None:
    assert verdict(GOOD) == []


def test_a_service_that_was_not_up_says_why() -> None:
    assert verdict([], problem="refused") == ["errors: not up: refused"]


def test_a_service_that_was_wrong_from_the_start_says_how() -> None:
    assert verdict([], wrong={"hello": "GET /: expected"}) == ["wrong answers: before the first slice: GET /: expected"]
    assert verdict(GOOD, wrong={"json": "GET /json: expected"}) == []


def test_one_wrong_answer_is_enough() -> None:
    slices = [*GOOD, a_slice(errors={"wrong answer": 1}, example="wrong answer: GET / …")]
    assert verdict(slices, 101) == ["wrong answers: 1, the first: wrong answer: GET / …"]


def test_errors_in_more_than_a_hundredth_of_the_blocks_are_a_reason() -> None:
    bad = a_slice(errors={"reset": 3}, requests=0)
    assert verdict([*GOOD[:99], bad]) == []
    assert verdict([*GOOD[:98], bad, bad]) == ["errors: reset ×6; failed or away in 2 of 100 blocks"]


def test_blocks_in_which_a_dead_service_was_left_out_count_as_failed() -> None:
    assert verdict([*GOOD[:50], a_slice(errors={"refused": 1}, requests=0)]) == [
        "errors: refused ×1; failed or away in 50 of 100 blocks"
    ]


def test_a_service_that_did_not_come_back_from_a_restart_says_so() -> None:
    assert verdict(GOOD[:50]) == ["errors: not up in a later round; failed or away in 50 of 100 blocks"]


def test_a_cell_of_few_blocks_is_not_judged() -> None:
    assert verdict(GOOD[:9], 9) == ["too few blocks: 9, at least 10 are needed"]


def test_a_generator_without_a_pause_is_the_bottleneck() -> None:
    assert verdict([a_slice(generator_cpu_us=29_500.0) for _ in range(20)], 20) == ["generator-bound"]
    assert verdict([a_slice(generator_cpu_us=26_000.0) for _ in range(20)], 20) == []


def test_a_throttled_service_says_so() -> None:
    assert verdict([*GOOD, a_slice(throttled=1)], 101) == ["throttled: a CPU quota stopped it in 1 periods"]


def test_killed_processes_are_a_reason_with_the_limit() -> None:
    limits = {"about": {"limits": {"memory_bytes": 256 * 2**20}}}
    assert verdict([*GOOD, a_slice(out_of_memory=1)], 101, **limits) == [
        "out of memory: the kernel killed 1 of its processes; its limit is 256 MiB"
    ]


def test_what_happened_to_a_service_counts_in_a_dropped_block_too_what_it_failed_in_does_not() -> None:
    told = a_run("starlette")
    slices = [*GOOD[:90], *(a_slice(block=block, errors={"reset": 1}, requests=0) for block in range(90, 100))]
    assert gates.verdict(told, "starlette", "hello", slices, range(100), range(90, 100)) == []
    killed = [*GOOD[:99], a_slice(block=99, out_of_memory=1)]
    assert gates.verdict(told, "starlette", "hello", killed, range(100), [99])[0].startswith("out of memory: ")


def test_a_container_that_was_started_again_in_mid_round_says_so() -> None:
    assert verdict([*GOOD, a_slice(restarted=True)], 101) == ["restarted: 1 times within a round"]


def test_connections_that_wait_while_the_others_are_served_are_starved() -> None:
    starving = [a_slice(starved=4) for _ in range(50)]
    assert verdict(starving, 50) == [
        "starved connections: on average 4.0 of 16 got no answer while the others were served"
    ]


def test_nobody_is_starved_where_there_were_not_enough_answers_for_all() -> None:
    assert verdict([a_slice(starved=4, requests=31) for _ in range(50)], 50) == []


def test_one_connection_that_waited_once_is_no_starvation() -> None:
    assert verdict([*GOOD, a_slice(starved=1)], 101) == []


OPEN = {"load": "open"}


def an_open_slice(**changes: Any) -> Slice:
    return a_slice(**{"offered_per_second": 10_000.0, "slip": {0: 300}} | changes)


def test_an_open_loop_without_failures_is_valid_however_busy_the_generator() -> None:
    assert verdict([an_open_slice(generator_cpu_us=30_000.0)] * 20, 20, OPEN) == []


def test_requests_that_were_sent_late_make_an_open_loop_late() -> None:
    millisecond = max(histogram.of([1_100_000]))
    late = an_open_slice(slip={0: 290, millisecond: 10})
    assert verdict([late] * 20, 20, OPEN) == ["late: 3.3 % of the requests were sent over 1 ms too late"]
    assert verdict([late] + [an_open_slice()] * 19, 20, OPEN) == []


def test_an_open_loop_whose_requests_were_given_up_says_how_many() -> None:
    assert verdict([an_open_slice(unanswered=100)] * 20, 20, OPEN) == [
        "errors: 2000 of 8000 requests were not answered before they were given up"
    ]


CALM = replace(A_CALM_BLOCK, block=7)


def dropped(blocks: list[Conditions]) -> dict[int, str]:
    return gates.dropped(a_run("starlette", host={"generator_cpus": [0, 1]}), blocks)


def test_a_calm_block_counts() -> None:
    assert dropped([CALM, replace(CALM, block=8, foreign_us=None, delayed_us=None)]) == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"stolen_us": 61_000.0}, "CPU time stolen by the hypervisor"),
        ({"delayed_us": 61_000.0}, "something else on the generator's CPU"),
        ({"foreign_us": 91_000.0}, "something else on the services' CPUs"),
    ],
)
def test_a_block_that_something_else_disturbed_is_dropped(changes: dict[str, Any], why: str) -> None:
    calm, disturbed = replace(CALM, block=1), replace(CALM, **changes)
    assert dropped([calm, disturbed]) == {7: why}
    assert dropped([replace(disturbed, warmup=True)]) == {}


def test_short_blocks_are_looked_at_together_where_the_kernel_counts_in_ticks() -> None:
    short = [replace(CALM, block=number, seconds=0.05, foreign_us=10_000.0 * (number % 5 == 0)) for number in range(40)]
    assert dropped(short) == {}
    busy = [replace(one, foreign_us=10_000.0) for one in short[10:20]]
    assert dropped([*short[:10], *busy, *short[20:]]) == dict.fromkeys(
        range(10, 20), "something else on the services' CPUs"
    )


def test_no_window_reaches_across_two_rounds() -> None:
    calm = [replace(CALM, block=number, seconds=0.05) for number in range(5)]
    busy = [replace(one, block=one.block + 5, round=1, foreign_us=50_000.0) for one in calm]
    assert set(dropped([*calm, *busy])) == {5, 6, 7, 8, 9}


def test_a_scenario_that_lost_over_a_third_of_its_blocks_is_too_noisy() -> None:
    assert gates.is_too_noisy(100, 34)
    assert not gates.is_too_noisy(100, 33)
    assert not gates.is_too_noisy(0, 0)


ASKED = {"due": {"postgres": 400}, "asked": {"postgres": 400}}


def test_a_service_that_asks_the_database_for_each_answer_is_valid() -> None:
    assert verdict([a_slice(**ASKED)] * 20, 20) == []
    assert verdict([a_slice(**(ASKED | {"asked": {"postgres": 401}}))] * 20, 20) == []


def test_a_service_that_asks_the_database_less_often_is_wrong() -> None:
    keeping = a_slice(due={"postgres": 400}, asked={"postgres": 2})
    assert verdict([*[a_slice(**ASKED)] * 10, *[replace(keeping, round=1)] * 10], 20) == [
        "wrong answers: in round 2 it asked the database 20 times where 4,000 were due"
    ]
    batching = a_slice(due={"upstream": 80}, asked={"upstream": 10})
    assert verdict([batching] * 20, 20) == [
        "wrong answers: in round 1 it asked the upstream 200 times where 1,600 were due"
    ]


def test_what_is_counted_a_slice_later_is_no_lie() -> None:
    early, late = (a_slice(due={"postgres": 400}, asked={"postgres": asked}) for asked in (399, 401))
    assert verdict([early, late] * 10, 20) == []


HELPED = {
    "helpers": {"postgres": {"cpus": [0]}},
    "host": {"generator_cpus": [0]},
}


def test_a_database_that_fills_its_cpu_together_with_the_generator_is_the_bottleneck() -> None:
    busy = a_slice(generator_cpu_us=10_000.0, helper_cpu_us={"postgres": 19_000.0})
    assert verdict([busy] * 20, 20, HELPED) == [
        "helper-bound: the database and the generator took 97 % of the time of their CPU"
    ]
    assert verdict([replace(busy, helper_cpu_us={"postgres": 16_000.0})] * 20, 20, HELPED) == []


def test_a_database_with_cpus_of_its_own_is_only_held_against_those() -> None:
    own = HELPED | {"helpers": {"postgres": {"cpus": [2, 3]}}}
    busy = a_slice(generator_cpu_us=20_000.0, helper_cpu_us={"postgres": 40_000.0})
    assert verdict([busy] * 20, 20, own) == []
    assert verdict([replace(busy, helper_cpu_us={"postgres": 57_000.0})] * 20, 20, own) == [
        "helper-bound: the database took 95 % of the time of their CPUs"
    ]


def test_a_generator_without_a_pause_is_told_before_the_helpers() -> None:
    busy = a_slice(generator_cpu_us=29_500.0, helper_cpu_us={"postgres": 100.0})
    assert verdict([busy] * 20, 20, HELPED) == ["generator-bound"]


def test_what_helpers_do_on_the_generators_cpu_is_no_disturbance() -> None:
    helped = replace(CALM, delayed_us=200_000.0, helper_delay_us=150_000.0)
    assert dropped([helped]) == {}
    assert dropped([replace(helped, delayed_us=211_000.0)]) == {7: "something else on the generator's CPU"}
