"""Two runs side by side, in words."""

from levelground.judging.comparison import Change
from levelground.model.interval import Interval
from levelground.showing import comparison
from levelground.showing.comparison import Compared


def test_the_slowest_comes_first_and_says_how_much_slower_it_is() -> None:
    told = comparison.render(
        Compared(
            before="run-a",
            after="run-b",
            changes=[Change("hello", "calm", 0.001, 0.012), Change("hello", "slow", 0.03, 0.008)],
            went=[Change("hello", "slow", 0.02, 0.05)],
            counted={("hello", "slow"): 3.104},
            environment=[("slow framework_version", "1.0", "1.1")],
        )
    )
    lines = told.splitlines()
    slow, calm = (next(number for number, line in enumerate(lines) if f" {name} " in line) for name in ("slow", "calm"))
    assert slow < calm
    assert lines[slow].split("  ")[-1] == "slower"
    assert "+3.0 % (+2.2 to +3.9)" in lines[slow]
    assert "+3.10 %" in lines[slow]
    assert lines[calm].endswith("no change seen (up to 1.3 % possible)")
    assert "  slow framework_version: 1.0 → 1.1" in lines


def test_without_counts_there_is_no_column_of_them_and_an_unchanged_stand_is_said() -> None:
    told = comparison.render(Compared("a", "b", [Change("hello", "one", -0.1, 0.01)], [], {}, []))
    assert "instructions" not in told
    assert "faster" in told
    assert "Nothing else changed" in told


def test_digits_follow_the_interval() -> None:
    assert comparison.percent(Interval(3.14, 2.0, 4.2)) == "+3.1 % (+2.0 to +4.2)"
    assert comparison.percent(Interval(3.14, -12.0, 14.0)) == "+3 % (-12 to +14)"
