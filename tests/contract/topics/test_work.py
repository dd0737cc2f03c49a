"""The check of work, against liars."""

import pytest

from levelground.contract.topics.work import xorshift
from tests.contract.honest import Lie, at, lying


def test_a_round_is_that_of_the_article() -> None:
    """Its first state and the one after it, worked out by hand: 1, 8193 (1 << 13), 8193, 270369 (8193 << 5)."""
    assert xorshift(1) == 1 ^ 1 << 13 ^ (1 ^ 1 << 13) << 5
    assert xorshift(0) == 0
    assert all(xorshift(n) < 2**32 for n in range(200))


LIES = {
    "a wrong result": Lie("cpu", "GET /cpu/1: expected 200 .*270369.*", lying(at("/cpu/1"), body=b'{"result": 1}')),
    "work without an end": Lie("cpu", "GET /cpu/100001: expected a 4xx", lying(at("/cpu/100001", 404), status=200)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
