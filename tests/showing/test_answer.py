"""What a table says in sentences."""

from dataclasses import replace
from typing import Any

from levelground.judging.summary import Cell, Table
from levelground.model.interval import Interval
from levelground.showing import answer
from tests.samples import a_cell


def a_ranked(ratio: float, group: str, **changes: Any) -> Cell:
    found = Interval(ratio, ratio * 0.96, ratio * 1.04)
    return a_cell(undisturbed_ratio=found, throughput_ratio=found, group=group, **changes)


def a_table(**cells: Cell) -> Table:
    services = {name.replace("_", "-"): cell for name, cell in cells.items()}
    return Table(load="closed", blocks=60, dropped_blocks=0, services=services, baseline="starlette")


BASELINE = replace(a_ranked(1.0, "c"), undisturbed_ratio=Interval(1.0, 1.0, 1.0))


def test_one_leader_is_named_with_its_ratio_and_interval() -> None:
    told = answer.of("hello", a_table(starlette=BASELINE, vibora=a_ranked(2.44, "a"), aiohttp=a_ranked(1.3, "b")))
    assert told.sentence == "vibora leads the contenders: 2.44 (2.34–2.54) times the speed of starlette."
    assert [place.service for place in told.places] == ["vibora", "aiohttp", "starlette"]
    assert [place.ratio for place in told.places] == ["2.44 (2.34–2.54)", "1.30 (1.25–1.35)", "1"]


def test_leaders_that_share_a_letter_are_named_together() -> None:
    table = a_table(starlette=BASELINE, falcon=a_ranked(1.31, "a"), aiohttp=a_ranked(1.3, "ab"))
    assert answer.of("hello", table).sentence == (
        "falcon and aiohttp cannot be told apart and lead the contenders: "
        "falcon has 1.31 (1.26–1.36) times the speed of starlette."
    )


def test_references_ahead_of_all_contenders_are_named() -> None:
    table = a_table(starlette=BASELINE, go=a_ranked(2.0, "a", role="reference"))
    told = answer.of("hello", table)
    assert (
        told.sentence
        == "starlette is the only one of the contenders with a valid cell. It is the baseline of all ratios."
    )
    assert told.overall == "Ahead of all contenders: go 2.00 (1.92–2.08)."


def test_the_ceiling_is_no_leader() -> None:
    table = a_table(starlette=BASELINE, aiohttp=a_ranked(1.3, "b"), null=a_ranked(3.0, "a", role="control"))
    assert answer.of("hello", table).leaders == ["aiohttp"]


def test_how_sure_it_is_and_what_does_not_count_is_said() -> None:
    twin = a_ranked(0.995, "c", role="control", twin_of="starlette")
    bad = a_ranked(9.0, "", valid=False, reasons=["errors: refused ×9", "errors: more", "restarted: 2 times"])
    table = replace(a_table(starlette=BASELINE, starlette_twin=twin, sanic=bad), disturbed_share=0.11, dropped_blocks=3)
    told = answer.of("hello", table)
    assert told.trust == [
        "starlette-twin, the same image again, stands at 0.99 (0.96–1.03): truth is 1.",
        "The widest interval is ±4.0 %.",
        "The host was disturbed 11 % of the time.",
        "3 of 60 blocks were dropped.",
    ]
    assert told.invalid == "Not valid: sanic (errors, restarted)."
    assert told.leaders == ["starlette"]


def test_a_scenario_without_a_valid_cell_says_why() -> None:
    noisy = replace(a_table(starlette=a_cell(valid=False, reasons=["too noisy"])), too_noisy=True, dropped_blocks=50)
    assert answer.of("hello", noisy).sentence == ("No answer: the host was too noisy, 50 of 60 blocks were dropped.")
    empty = replace(noisy, too_noisy=False, blocks=0)
    assert answer.of("hello", empty).sentence == "No answer: there is no whole block yet."
    assert (
        answer.of("items", Table("closed", 0, 0, {})).sentence == "None of these services has a part in this scenario."
    )
