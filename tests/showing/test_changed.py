"""What two runs say of each other, in sentences."""

from dataclasses import replace
from typing import Any

from levelground.judging.comparison import Change, Difference
from levelground.showing import changed, comparison
from levelground.showing.comparison import Compared, Row, Side

A, B = Side("a", None), Side("b", None)


def row(service: str, difference: float, half_width: float, **changes: Any) -> Row:
    change = Change("hello", service, difference, half_width)
    return Row("hello", service, comparison.verdict(change), change=change, **changes)


def of(*rows: Row, **changes: Any) -> Compared:
    found = Compared(A, B, (), {"hello": rows}, {"hello": "starlette"}, {"hello": "undisturbed_ratio"})
    return replace(found, **changes)


def test_one_change_is_said_with_its_interval_and_the_rest_is_bounded() -> None:
    (found,) = changed.answers(of(row("fastapi", 0.0305, 0.008), row("go", 0.001, 0.01), row("sanic", 0.0, 0.3)))
    assert found.lead == "fastapi takes 3.1 % ± 0.8 % more time per request."
    assert found.bounds == [
        "Surely changed by less than 2 %: go.",
        "No change seen, but up to 35 % possible: sanic.",
    ]


def test_several_changes_are_counted_the_largest_listed_first() -> None:
    moved = [row(f"s{number}", 0.02 * number, 0.005) for number in range(1, 12)]
    found = of(*moved, row("z", -0.5, 0.01))
    (told,) = changed.answers(found)
    assert told.lead == "s11, s10, s9 and 8 more got slower; z got faster."
    assert (told.places[0].service, told.places[0].is_slower, told.unlisted) == ("z", False, 3)
    assert changed.summary(found) == "Of 12 cells (a service in a scenario), 11 surely got slower and 1 faster."


def test_nothing_seen_and_nothing_compared_are_said() -> None:
    assert changed.summary(of(row("go", 0.001, 0.01))) == "No change was seen in one cell (a service in a scenario)."
    lost = Row("hello", "go", "not valid (out of memory) in the second run", is_lost=True)
    found = of(lost, named=["go"], above=0.03)
    assert changed.summary(found).startswith("Nothing can be compared")
    assert changed.verdicts(found) == ["go, hello: not valid (out of memory) in the second run."]


def test_a_limit_is_held_or_not() -> None:
    slow = row("fastapi", 0.0305, 0.008)
    assert changed.verdicts(of(slow, above=0.03)) == ["Nothing is surely more than 3 % slower."]
    assert changed.verdicts(of(slow, above=0.02)) == ["fastapi, hello: surely more than 2 % slower, by 3.1 % ± 0.8 %."]
    assert changed.verdicts(of(slow)) == []


def test_services_that_moved_although_they_are_the_same_are_a_warning() -> None:
    still, moved = Change("hello", "go", 0.001, 0.01), Change("hello", "twin", 0.05, 0.01)
    assert changed.warnings(of(row("fastapi", 0.03, 0.01), controls=[still])) == []
    (warning,) = changed.warnings(of(row("fastapi", 0.03, 0.01), controls=[still, moved]))
    assert warning.startswith("1 of 2 cells whose image is the same in both runs")
    assert "twin in hello by +5.1 % (+4.1 to +6.2)" in warning
    assert any("only one run can answer" in one for one in changed.pairing(of(controls=[moved])))


def test_another_baseline_is_a_warning_and_another_host_a_cause() -> None:
    environment = [Difference("starlette", "framework_version", "1.0", "1.1"), Difference(None, "kernel", "6", "7")]
    found = of(row("fastapi", 0.03, 0.01), environment=environment)
    (warning,) = changed.warnings(found)
    assert warning.startswith("starlette, the baseline of all ratios, is not the same (framework version 1.0 → 1.1)")
    assert changed.causes(found) == [
        "Host and measurement: kernel 6 → 7.",
        "starlette: framework version 1.0 → 1.1.",
    ]
    assert "The host or the measurement is not the same in both runs; in one run it is." in changed.pairing(found)


def test_who_asks_for_the_baseline_is_told_where_its_change_is() -> None:
    (warning,) = changed.warnings(of(row("fastapi", 0.03, 0.01), named=["fastapi", "starlette"]))
    assert warning.startswith("starlette is the baseline: its own change is in no ratio to it")


def test_nothing_else_that_differs_is_said_and_what_no_record_holds() -> None:
    (said,) = changed.causes(of(row("fastapi", 0.03, 0.01)))
    assert said.startswith("Nothing that the runs have on record")
    assert "The version of Level Ground itself is not on record." in said


def test_instructions_beside_the_clock() -> None:
    def counted(difference: float, half_width: float = 0.0014) -> Change:
        return Change("hello", "x", difference, half_width)

    (found,) = changed.answers(
        of(
            row("with", 0.03, 0.01, counted=counted(0.031)),
            row("without", 0.03, 0.01, counted=counted(0.0)),
            row("alone", 0.0, 0.01, counted=counted(0.05)),
            row("quiet", 0.0, 0.01, counted=counted(0.0)),
        )
    )
    assert found.instructions == [
        "Instructions moved with the time: with +3.15 % (+3.00 to +3.29).",
        "The time moved, instructions did not (memory, caches, the kernel, the host): without 0.00 % (-0.14 to +0.14).",
        "Instructions moved and the time did not: alone +5.13 % (+4.98 to +5.27).",
    ]
    (same,) = changed.answers(of(row("one", 0.0, 0.01, counted=counted(0.0, 0.0))))
    assert same.instructions == ["Instructions say nothing here: both runs hold one and the same count of each image."]


def test_wide_intervals_say_what_they_cannot_see() -> None:
    narrow, wide = row("a", 0.0, 0.01), row("a", 0.0, 0.06)
    assert not any("is not seen" in one for one in changed.pairing(of(narrow)))
    (said,) = [one for one in changed.pairing(of(wide)) if "is not seen" in one]
    assert said.startswith("Half of these intervals are wider than ±6.2 %, so a change of 2 % is not seen.")
