"""Gates: each fires for its reason, and none without one."""

from levelground import gates
from levelground.record import Slice
from tests.samples import a_member, a_slice

GOOD = [a_slice(block=block) for block in range(100)]


def verdict(slices: list[Slice], blocks: int = 100, **member: object) -> list[str]:
    return gates.verdict(a_member(**member), "hello", slices, blocks)


def test_a_cell_without_failures_is_valid() -> None:
    assert verdict(GOOD) == []


def test_a_service_that_was_not_up_says_why() -> None:
    assert verdict([], problem="refused") == ["not up: refused"]


def test_a_service_that_was_wrong_from_the_start_says_how() -> None:
    assert verdict([], wrong={"hello": "GET /: expected"}) == ["wrong answer before the first slice: GET /: expected"]
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
    assert verdict([a_slice(generator_cpu_us=28_000.0) for _ in range(20)], 20) == []


def test_a_throttled_service_says_so() -> None:
    assert verdict([*GOOD, a_slice(throttled=1)], 101) == ["throttled"]


def test_warm_up_and_failures_are_no_good_slices() -> None:
    assert gates.is_good(a_slice())
    assert not gates.is_good(a_slice(warmup=True))
    assert not gates.is_good(a_slice(errors={"reset": 1}))
    assert not gates.is_good(a_slice(requests=0))
