"""Two runs held against both runs' intervals."""

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from levelground.judging import comparison
from levelground.judging.comparison import Change, Difference, NotComparable
from levelground.judging.summary import Summary
from levelground.model.record import Instructions, Member, Run
from tests import samples
from tests.calibration.test_recorded import judged


def test_a_difference_is_beyond_when_both_half_widths_together_do_not_reach_it() -> None:
    assert not Change("hello", "one", 0.05, 0.05).beyond
    assert Change("hello", "one", -0.06, 0.05).beyond


def test_what_got_slower_takes_more_time_and_half_widths_add_as_squares() -> None:
    before = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    after = judged("2026-01-01T01:00:00Z", undisturbed=1.9, went=2.0)
    found = {one.service: one for one in comparison.changes(before, after, "undisturbed_ratio")}
    assert list(found) == ["other", "third"]
    assert found["other"].percent.estimate == pytest.approx(100 * (2 / 1.9 - 1))
    assert found["other"].half_width == pytest.approx(math.sqrt(2) * math.log(1.02 / 0.98) / 2)
    assert found["third"].difference == 0


def test_over_several_tables_intervals_are_wider() -> None:
    one = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    two = replace(one, scenarios=one.scenarios | {"echo": one.scenarios["hello"]})
    alone, both = (comparison.changes(run, run, "throughput_ratio")[0].half_width for run in (one, two))
    assert both > 1.1 * alone


def test_cells_that_are_not_valid_in_both_runs_are_left_out() -> None:
    one = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    cells = one.scenarios["hello"].services
    broken = replace(
        one,
        scenarios={
            "hello": replace(one.scenarios["hello"], services=cells | {"other": replace(cells["other"], valid=False)})
        },
    )
    assert [each.service for each in comparison.changes(one, broken, "undisturbed_ratio")] == ["third"]


def test_only_what_is_surely_worse_by_more_than_was_allowed_is_worse() -> None:
    found = [Change("hello", "sure", 0.05, 0.01), Change("hello", "maybe", 0.05, 0.04), Change("hello", "x", 0.5, 0.01)]
    assert [one.service for one in comparison.worse(found, ["sure", "maybe"], 0.02)] == ["sure"]
    assert comparison.worse(found, ["sure"], 0.05) == []


HOST = samples.a_run("one").host


def a_run(**changed: Any) -> Run:
    limits = {"cpus": [1], "memory_bytes": 1 << 30}
    about = {"framework": "one", "framework_version": "1.0", "container": "abc", "limits": limits}
    services = {name: Member("contender", about) for name in ("starlette", "one")}
    return samples.a_run("starlette", **({"services": services, "scenarios": {"hello": "aa"}} | changed))


def test_runs_of_the_same_thing_are_comparable_and_nothing_changed() -> None:
    comparison.must_be_comparable(a_run(), a_run(run="another"))
    with pytest.raises(NotComparable, match="one and the same"):
        comparison.must_be_comparable(a_run(), a_run())
    assert comparison.environment(a_run(), a_run()) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"connections": 64}, "connections was 16, is 64"),
        ({"load": "open"}, "load was closed, is open"),
        ({"scenarios": {"echo": "aa"}}, "they share no scenario"),
        ({"scenarios": {"hello": "bb"}}, "hello sends other requests"),
        ({"services": {"starlette": Member("contender", None)}}, "they share no service but starlette"),
        (
            {"services": {"one": Member("contender", {"limits": {"cpus": [1, 2], "memory_bytes": 1 << 30}})}},
            "cpus was 1, is 2 (of one)",
        ),
    ],
)
def test_runs_of_different_things_are_refused_with_the_reason(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotComparable, match=re.escape(reason)):
        comparison.must_be_comparable(a_run(), a_run(run="another", **changed))


def test_what_changed_beside_the_services_own_time_is_told() -> None:
    after = a_run(host={**HOST, "kernel": "7.0", "engine": {"version": "29", "images": {"one": "sha256:bb"}}})
    member = after.services["one"]
    newer = replace(member, about={**(member.about or {}), "framework_version": "1.1", "container": "def"})
    after = replace(after, services={**after.services, "one": newer})
    before = a_run(host={**HOST, "engine": {"version": "29", "images": {"one": "sha256:aa"}}})
    told = comparison.environment(before, after)
    assert told == [
        Difference(None, "kernel", str(HOST["kernel"]), "7.0"),
        Difference("one", "framework_version", "1.0", "1.1"),
        Difference("one", "image", "aa", "bb"),
    ]
    assert comparison.unchanged(before, after) == set()
    assert comparison.unchanged(before, before) == {"one"}
    other = replace(before, services={**before.services, "one": newer})
    assert comparison.unchanged(before, other) == set()


def test_the_measurements_own_settings_and_the_base_images_are_told_too() -> None:
    engine = {"version": "29", "images": {}, "base_images": {"python:3": {"id": "sha256:aa"}}}
    other = engine | {"base_images": {"python:3": {"id": "sha256:bb"}}}
    before = a_run(host={**HOST, "engine": engine})
    assert comparison.environment(before, a_run(host={**HOST, "engine": other}, rounds=6)) == [
        Difference(None, "base image python:3", "aa", "bb"),
        Difference(None, "rounds", "1", "6"),
    ]


def test_other_code_that_measured_is_told() -> None:
    assert comparison.environment(a_run(), a_run(instrument="0123456789ab")) == [
        Difference(None, "Level Ground's measuring code", "not on record", "0123456789ab")
    ]


def test_what_is_on_record_in_another_form_is_nothing_to_compare() -> None:
    odd = a_run(
        host={"engine": "none", "kernel": ["6.1"]},
        services={name: Member("contender", {"limits": 3}) for name in ("starlette", "one")},
    )
    comparison.must_be_comparable(a_run(), replace(odd, run="odd"))
    assert Difference(None, "kernel", str(HOST["kernel"]), "['6.1']") in comparison.environment(a_run(), odd)
    assert comparison.unchanged(odd, odd) == set()


def with_counts(run: Summary, **counts: Instructions) -> Summary:
    cells = run.scenarios["hello"].services
    new = {name: replace(cell, instructions_per_request=counts.get(name)) for name, cell in cells.items()}
    return replace(run, scenarios={"hello": replace(run.scenarios["hello"], services=new)})


def test_counts_are_compared_for_the_baseline_too_and_one_count_is_no_change() -> None:
    run = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    same = Instructions(1000.0, 0.0001)
    before = with_counts(run, starlette=Instructions(5000.0, 0.0), other=same, third=Instructions(100.0, 0.004))
    after = with_counts(run, starlette=Instructions(5100.0, 0.0), other=same, third=Instructions(101.0, 0.003))
    found = {one.service: one for one in comparison.counted(before, after)}
    assert found["starlette"].percent.estimate == pytest.approx(2.0)
    assert found["starlette"].half_width == pytest.approx(math.hypot(0.001, 0.001))
    assert found["third"].half_width == pytest.approx(0.005)
    assert (found["other"].difference, found["other"].half_width) == (0, 0)


@pytest.mark.parametrize(
    ("time", "count", "said"),
    [
        ((0.05, 0.01), (0.04, 0.001), "both"),
        ((0.05, 0.01), (-0.04, 0.001), "opposite"),
        ((0.05, 0.01), (0.0005, 0.001), "time alone"),
        ((0.001, 0.01), (0.04, 0.001), "instructions alone"),
        ((0.001, 0.01), (0.006, 0.001), "too small for the clock"),
        ((0.001, 0.01), (0.0005, 0.001), "neither"),
        ((0.05, 0.01), (0.0, 0.0), "one count"),
    ],
)
def test_time_and_instructions_agree_or_not(time: tuple[float, float], count: tuple[float, float], said: str) -> None:
    assert comparison.agreement(Change("hello", "one", *time), Change("hello", "one", *count)) == said


def test_every_cell_that_is_not_compared_has_its_reason() -> None:
    one = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    table = one.scenarios["hello"]
    cells = dict(table.services)
    broken = replace(cells.pop("other"), valid=False, reasons=["too few blocks"])
    two = replace(one, scenarios={"hello": replace(table, services={"starlette": cells["starlette"], "other": broken})})
    assert [(each.service, each.reason, each.is_lost) for each in comparison.missing(one, two)] == [
        ("other", "not valid (too few blocks) in the second run", True),
        ("third", "not there in the second run", True),
    ]
    assert [each.is_lost for each in comparison.missing(two, one)] == [False, False]
    assert [each.reason for each in comparison.missing(two, two)] == ["not valid (too few blocks) in both runs"]


def test_a_run_without_undisturbed_cost_is_compared_as_it_went() -> None:
    one = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    table = one.scenarios["hello"]
    old = replace(
        one,
        scenarios={
            "hello": replace(
                table, services={name: replace(cell, undisturbed_ratio=None) for name, cell in table.services.items()}
            )
        },
    )
    new = judged("2026-01-01T01:00:00Z", undisturbed=9.0, went=1.0)
    found = {each.service: each for each in comparison.changes(old, new)}
    assert found["other"].percent.estimate == pytest.approx(100)


def test_scenarios_of_one_run_and_those_with_another_baseline_are_left_out_with_the_reason() -> None:
    one = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    table = one.scenarios["hello"]
    two = replace(one, scenarios={"hello": replace(table, baseline="third"), "echo": table})
    assert comparison.left_out(one, two) == {
        "hello": "ratios are to starlette in the first run, to third in the second",
        "echo": "only the second run has it",
    }
    assert comparison.changes(one, two) == []


def test_the_newest_run_before_that_measured_the_same_is_found() -> None:
    after = a_run(run="d", started="2026-01-04")
    runs = [
        a_run(run="a", started="2026-01-01", ended="time"),
        a_run(run="b", started="2026-01-02", ended="time"),
        a_run(run="c", started="2026-01-03", ended="time", connections=64),
        after,
    ]
    assert comparison.newest_before(after, runs).run == "b"
    with pytest.raises(NotComparable, match="no run before d"):
        comparison.newest_before(after, [after])
