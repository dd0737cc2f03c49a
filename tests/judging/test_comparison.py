"""Two runs held against both runs' intervals."""

import math
from dataclasses import replace
from typing import Any

import pytest

from levelground.judging import comparison
from levelground.judging.comparison import Change, NotComparable
from levelground.model.record import Member, Run
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
            "one had {'cpus': 1",
        ),
    ],
)
def test_runs_of_different_things_are_refused_with_the_reason(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotComparable, match=reason.replace("{", r"\{")):
        comparison.must_be_comparable(a_run(), a_run(run="another", **changed))


def test_what_changed_beside_the_services_own_time_is_told() -> None:
    after = a_run(host={**HOST, "kernel": "7.0", "engine": {"version": "29", "images": {"one": "sha256:bb"}}})
    member = after.services["one"]
    newer = replace(member, about={**(member.about or {}), "framework_version": "1.1", "container": "def"})
    after = replace(after, services={**after.services, "one": newer})
    before = a_run(host={**HOST, "engine": {"version": "29", "images": {"one": "sha256:aa"}}})
    told = comparison.environment(before, after)
    assert ("kernel", str(HOST["kernel"]), "7.0") in told
    assert ("one framework_version", "1.0", "1.1") in told
    assert ("one image", "aa", "bb") in told
    assert not any("container" in what for what, _, _ in told)


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
