"""From what repeats executed to instructions per request."""

import pytest

from levelground.model import count
from levelground.model.count import BUSY_SHARE, Repeat


def a_repeat(instructions: int, *idle_per_second: float, seconds: float = 2.0) -> Repeat:
    return Repeat(1000, instructions, seconds, list(idle_per_second))


def test_the_figure_is_the_mean_of_the_repeats_and_the_spread_how_far_they_are_apart() -> None:
    found = count.of([a_repeat(99_000_000), a_repeat(101_000_000)])
    assert found.per_request == [99_000.0, 101_000.0]
    assert found.instructions_per_request == 100_000
    assert found.spread == pytest.approx(0.02)


def test_what_is_done_by_the_clock_is_taken_off_for_as_long_as_it_took() -> None:
    slow, quick = a_repeat(100_000_000, 500_000.0, seconds=4.0), a_repeat(100_000_000, 500_000.0, seconds=2.0)
    found = count.of([slow, quick])
    assert found.per_request == [100_000 - BUSY_SHARE * 2_000, 100_000 - BUSY_SHARE * 1_000]


def test_idle_connections_that_were_closed_while_nothing_was_sent_change_little() -> None:
    found = count.of([a_repeat(100_000_000, 1000.0, 1000.0), a_repeat(100_000_000, 3_000_000.0, 1000.0)])
    assert found.idle_per_second == 1000
    assert found.spread == 0


@pytest.mark.parametrize("repeats", [[], [a_repeat(0)]])
def test_nothing_counted_is_no_count(repeats: list[Repeat]) -> None:
    with pytest.raises(ValueError, match="nothing was counted"):
        count.of(repeats)


def test_a_service_is_the_same_in_another_container_but_not_with_other_settings() -> None:
    about = {"framework": "starlette", "workers": 1, "container": "a", "limits": {"memory_bytes": 1}}
    assert count.is_same(about, about | {"container": "b", "limits": {}})
    assert not count.is_same(about, about | {"workers": 2})
    assert not count.is_same(about, None)
