"""Two runs side by side, in words for the terminal."""

from pathlib import Path
from typing import Any

import pytest

from levelground.judging.comparison import Change, Difference
from levelground.showing import comparison
from levelground.showing.comparison import Compared, Row, Side
from tests.showing.compared import AFTER, BEFORE, compared

A, B = Side("run-a", None), Side("run-b", None)


def of(*rows: Row, environment: tuple[Difference, ...] = ()) -> Compared:
    return Compared(
        A,
        B,
        tables={"hello": rows},
        baselines={"hello": "starlette"},
        measures={"hello": "undisturbed_ratio"},
        environment=environment,
    )


def row(service: str, difference: float, half_width: float, **changes: Any) -> Row:
    change = Change("hello", service, difference, half_width)
    return Row("hello", service, comparison.verdict(change), change=change, **changes)


def test_each_row_says_how_much_slower_it_is_and_what_could_not_be_seen() -> None:
    slow = row(
        "slow",
        0.03,
        0.008,
        went=Change("hello", "slow", 0.02, 0.05),
        counted=Change("hello", "slow", 0.0306, 0.0014),
    )
    told = comparison.render(
        of(slow, row("calm", 0.001, 0.012), environment=(Difference("slow", "framework_version", "1.0", "1.1"),))
    )
    lines = told.splitlines()
    found = {name: next(line for line in lines if f" {name} " in line) for name in ("slow", "calm")}
    assert "+3.0 % (+2.2 to +3.9)" in found["slow"]
    assert "+3.11 % (+2.96 to +3.25)" in found["slow"]
    assert found["slow"].endswith("slower")
    assert found["calm"].endswith("no change seen (up to 1.4 % possible)")
    assert "  slow framework_version: 1.0 → 1.1" in lines


def test_without_counts_there_is_no_column_of_them_and_an_unchanged_stand_is_said() -> None:
    told = comparison.render(of(row("one", -0.1, 0.01)))
    assert "instructions" not in told
    assert "faster" in told
    assert "Nothing else changed" in told


def test_two_folders_are_compared_and_services_that_did_not_change_are_controls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compared(tmp_path, monkeypatch, above=0.02)
    assert (found.before.name, found.after.name) == (BEFORE, AFTER)
    rows = {one.service: one for one in found.tables["hello"]}
    assert next(iter(rows)) == "fastapi"
    assert rows["fastapi"].verdict == "slower"
    assert rows["fastapi"].agreement == "both moved"
    assert rows["fastapi"].image == "changed"
    assert rows["go"].agreement == "the same image: one count"
    assert {one.service for one in found.controls} == {"go", "starlette-twin"}
    assert [one.service for one in found.worse] == ["fastapi"]
    assert found.environment == [
        Difference("fastapi", "framework_version", "0.164.0", "0.165.0"),
        Difference("fastapi", "image", "old", "new"),
    ]


def test_only_the_services_that_were_asked_for_have_rows_and_strangers_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compared(tmp_path, monkeypatch, named=["go", "bottle"])
    assert [one.service for one in found.rows] == ["go"]
    assert {one.service for one in found.controls} == {"go", "starlette-twin"}
    assert found.absent == ["bottle"]
    assert "Not in these runs: bottle." in comparison.render(found)
