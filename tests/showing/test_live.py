"""What the live page shows of a run."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from levelground.judging import summary
from levelground.judging.live import Live
from levelground.model import histogram
from levelground.model.folder import Folder
from levelground.model.interval import Interval
from levelground.model.record import Run, Slice
from levelground.showing import charts, live, rounding
from levelground.showing.live import State
from tests.judging.test_live import blocks_of, grow
from tests.judging.test_summary import undisturbed_slices
from tests.samples import a_member, a_run, a_slice

CATALOGUE = ("starlette", "fast", "twin", "null")
GAPS = {"starlette": 50.0, "fast": 40.0, "twin": 50.0, "null": 10.0}


def the_run() -> Run:
    services = {
        "starlette": a_member(),
        "fast": a_member(),
        "twin": a_member(role="control", twin_of="starlette"),
        "null": a_member(role="control"),
    }
    return a_run(*services, services=services, window_answers={"hello": 16}, rounds=3)


def shown(folder: Folder, scenario: str | None = None) -> State:
    followed = Live(folder)
    return live.state(followed, followed.read(), scenario, CATALOGUE)


def written(path: Path, run: Run, slices: list[Slice]) -> Folder:
    folder = Folder.create(path)
    folder.write_run(run)
    for block in blocks_of(slices):
        grow(folder, block)
    return folder


def test_services_stand_in_order_with_twin_and_letters(tmp_path: Path) -> None:
    told = shown(written(tmp_path, the_run(), undisturbed_slices(GAPS)))
    assert [row.service for row in told.rows][:2] == ["null", "fast"]
    assert {row.service for row in told.rows if row.is_twin} == {"twin"}
    letters = {row.service: row.letter for row in told.rows}
    assert letters["twin"] == letters["starlette"] != letters["fast"]
    assert [one.measure.key for one in told.axes] == ["undisturbed_ratio", "throughput_ratio", "cpu_ratio", "p99"]
    assert told.axes[0].measure.axis == "speed, starlette = 1"
    for axis in told.axes:
        values = [row.values[axis.measure.key] for row in told.rows if axis.measure.key in row.values]
        assert values
        assert axis.low < min(one.low for one in values)
        assert axis.high > max(one.high for one in values)


def test_a_run_that_is_over_shows_the_numbers_of_its_summary(tmp_path: Path) -> None:
    folder = written(tmp_path, the_run(), undisturbed_slices(GAPS))
    judged = summary.judge(folder)
    # A number that no computation from the slices would give.
    cell = judged.scenarios["hello"].services["fast"]
    told = Interval(1.5, 1.4, 1.6)
    judged.scenarios["hello"].services["fast"] = replace(cell, undisturbed_ratio=told)
    folder.write_json("summary.json", judged)
    assert {row.service: row.values for row in shown(folder).rows}["fast"][
        "undisturbed_ratio"
    ].text != "1.50 (1.40–1.60)"
    folder.write_run(replace(the_run(), ended="time"))
    row = {row.service: row for row in shown(folder).rows}["fast"]
    assert row.values["undisturbed_ratio"].text == rounding.interval(told)


def test_a_run_that_is_over_and_not_judged_yet_is_judged_from_its_slices(tmp_path: Path) -> None:
    folder = written(tmp_path, replace(the_run(), ended="time"), undisturbed_slices(GAPS))
    told = shown(folder)
    assert told.is_over
    assert {row.service for row in told.rows if "undisturbed_ratio" in row.values} == set(GAPS)


def test_what_was_dropped_and_what_failed_is_listed_the_newest_first(tmp_path: Path) -> None:
    folder = written(tmp_path, the_run(), undisturbed_slices(GAPS, blocks=12))
    *_, last = folder.read_blocks()
    for service in GAPS:
        folder.append(a_slice(block=12, service=service, errors={"reset": 3} if service == "fast" else {}))
    folder.append(replace(last, block=12, start_seconds=75.0, foreign_us=1e9))
    told = shown(folder)
    assert [one.text for one in told.events][:2] == [
        "hello: block dropped, something else on the services' CPUs",
        "fast: reset",
    ]
    assert told.events[0].when == "0:01:15"
    assert "something else on the services' CPUs" in told.host


def test_a_scenario_that_the_run_does_not_have_is_its_first(tmp_path: Path) -> None:
    folder = written(tmp_path, the_run(), [])
    assert shown(folder, "nope").scenario == shown(folder, None).scenario == "hello"
    assert shown(folder).progress == "begins"


def test_time_that_is_left_is_said(tmp_path: Path) -> None:
    folder = written(tmp_path, replace(the_run(), minutes=5), undisturbed_slices(GAPS, blocks=3))
    assert shown(folder).progress == "round 1 of 3, block 3, 0:04:59 left"


def test_a_name_cannot_end_the_pages_markup(tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    run = a_run("starlette", evil, window_answers={"hello": 16})
    folder = written(tmp_path, run, undisturbed_slices({"starlette": 50.0, evil: 40.0}))
    told = msgspec.json.encode(shown(folder))
    # The page sets names as text; what carries them is no page.
    assert evil in [row["service"] for row in json.loads(told)["rows"]]
    html = live.page(vega="vega.js", chosen="./", watch="watch")
    assert evil not in html
    assert "innerHTML" not in html
    assert "default-src &#39;none&#39;" in html


def test_an_axis_moves_in_steps() -> None:
    ends = [charts.steps([0.97, 1.03 + step / 1000]) for step in range(9)]
    assert len({one[:2] for one in ends}) <= 2
    for low, high, ticks in (*ends, charts.steps([0.01, 5.0]), charts.steps([]), charts.steps([3.0])):
        assert low < high
        assert all(low <= tick <= high for tick in ticks)
        assert ticks


def test_streams_messages_and_helpers_are_shown_as_what_they_are(tmp_path: Path) -> None:
    first = histogram.of([400_000] * 300)
    slices = [
        replace(one, first_byte=first, helper_cpu_us={"postgres": 25.0 * one.requests})
        for one in undisturbed_slices(GAPS)
    ]
    told = shown(written(tmp_path, replace(the_run(), websockets=["hello"]), slices))
    names = {one.measure.key: one.measure.name for one in told.axes}
    assert names["p99"] == "round trip p99"
    assert names["first_byte_p99"] == "first byte p99"
    assert names["cpu_postgres"] == "database CPU per request"
    (row,) = [row for row in told.rows if row.service == "starlette"]
    assert row.values["first_byte_p99"].estimate == pytest.approx(0.4, rel=0.01)
    assert row.values["cpu_postgres"].estimate == pytest.approx(25)
