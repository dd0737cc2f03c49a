"""The table of a run: columns that do not run together, and explanations after the numbers."""

import re
from dataclasses import replace
from typing import Any

import pytest

from levelground.judging.summary import Cell, Summary, Table
from levelground.model.interval import Interval
from levelground.model.record import Instructions
from levelground.showing import table
from tests.samples import ONE, a_cell


def a_summary(load: str = "closed", **scenarios: dict[str, Cell]) -> Summary:
    """A run whose scenarios' ratios are to the first service of each."""
    context = {
        "load": load,
        "objective": "p99<50ms",
        "connections": 16,
        "seed": 1,
        "slice_seconds": dict.fromkeys(scenarios, 0.012),
        "calibration": {"when": "2026-01-01T00:00:00Z", "words": "generator 1 requests/s; twins 2 false alarms of 9"},
        "host": {"kernel": "6.1", "architecture": "x", "cpu": "CPU", "cpus": 2, "cgroup_version": 1, "engine": None},
    }
    tables = {
        name: Table(load=load, blocks=60, dropped_blocks=0, services=cells, baseline=next(iter(cells), None))
        for name, cells in scenarios.items()
    }
    return Summary("2026-01-01T00-00-00Z-0000", context, "starlette", tables)


def rendered(summary: Summary) -> list[str]:
    return table.render(summary).splitlines()


def test_what_was_dropped_adds_up() -> None:
    found = a_summary(hello={"starlette": a_cell(), "go": a_cell()})
    for well, why in ((True, "no good slice of starlette ×2"), (False, "no valid cell of starlette ×2")):
        cells = {"starlette": a_cell(valid=well), "go": a_cell()}
        dropped = replace(
            found.scenarios["hello"], services=cells, dropped_blocks=5, dropped={"CPU time stolen by the hypervisor": 3}
        )
        text = table.render(replace(found, scenarios={"hello": dropped}))
        assert f", 5 dropped (CPU time stolen by the hypervisor ×3, {why})" in text


@pytest.mark.parametrize("load", table.COLUMNS)
def test_every_column_has_a_heading_and_its_cells_are_apart(load: str) -> None:
    cell = a_cell(cpu_us_per_request=Interval(123_456.7, 1.0, 9_999_999.9), errors=1_234_567, latency_ratio=ONE)
    lines = rendered(a_summary(load, hello={"starlette": cell}))
    headings, row = (
        re.split(" {2,}", next(line for line in lines if f" {word} " in line).strip())
        for word in ("service", "starlette")
    )
    assert headings == [column.title for column in table.COLUMNS[load] if column not in table.OPTIONAL]
    assert len(set(headings)) == len(headings) == len(row)


def test_801_requests_per_second_and_1234_microseconds_are_two_numbers() -> None:
    (row,) = [
        line for line in rendered(a_summary(hello={"starlette": a_cell()})) if " starlette " in line and "ok" in line
    ]
    assert re.search(r"  801 {2,}1,234\.4  ", row)


def test_the_first_lines_are_short_and_what_needs_explaining_comes_after_the_tables() -> None:
    twin = a_cell(role="control", twin_of="starlette")
    lines = rendered(a_summary(hello={"starlette": a_cell(), "starlette-twin": twin}))
    assert lines[0].startswith(
        "run 2026-01-01T00-00-00Z-0000: 2 × CPU, Linux 6.1, cgroup v1, 16 connections per service"
    )
    assert lines[1] == "calibrated 2026-01-01T00:00:00Z: see the end"
    assert lines[2:4] == ["", "hello: ratios to starlette, 60 blocks of slices up to 12 ms"]
    last_row = max(number for number, line in enumerate(lines) if line.endswith("  ok"))
    after = lines[last_row + 1 :]
    assert "Services that share a letter cannot be told apart at 95 %." in after
    assert any(line.startswith("twin of starlette (") and line.endswith("hello 1.000 (1.000–1.000)") for line in after)
    assert after[-3:] == ["calibrated 2026-01-01T00:00:00Z:", "  generator 1 requests/s", "  twins 2 false alarms of 9"]


def test_each_scenario_says_what_its_ratios_are_to() -> None:
    lines = rendered(a_summary(hello={"starlette": a_cell()}, items={"go": a_cell(), "node": a_cell(within=0.01)}))
    assert [line.split(",")[0] for line in lines if ": ratios to " in line] == [
        "hello: ratios to starlette",
        "items: ratios to go",
    ]
    assert next(line for line in lines if " node " in line).endswith("ok, within 1 % of go")


def test_a_scenario_that_no_service_has_a_part_in_says_so() -> None:
    assert "items: none of these services has a part in it" in rendered(a_summary(hello={"null": a_cell()}, items={}))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({"capacity_per_second": Interval(1000.0, 900.0, 1100.0)}, "1,000 (900–1,100)"),
        ({"capacity_at_most": 12.34}, "< 12.3"),
        ({"capacity_at_least": 4000.0}, "> 4,000"),
        ({"capacity_at_least": 4000.0, "capacity_at_most": 5000.0}, "4,000–5,000"),
        ({}, "–"),
    ],
)
def test_of_a_capacity_without_an_interval_the_known_bound_is_shown(found: dict[str, Any], text: str) -> None:
    lines = rendered(a_summary("capacity", hello={"starlette": a_cell(**found)}))
    row = next(line for line in lines if " starlette " in line and "µs" not in line)
    assert re.search(rf"  {re.escape(text)} {{2,}}1,234\.4 ", row)


def test_what_the_columns_of_a_load_mean_is_said_below() -> None:
    below = "p50 to p99.9 count from when requests were due, service p50 and p99 from when they were sent."
    assert below in rendered(a_summary("open", hello={"go": a_cell()}))
    assert below not in rendered(a_summary(hello={"go": a_cell()}))
    bound = "< and > stand before a bound of a capacity where the trials tell no more."
    assert bound in rendered(a_summary("capacity", hello={"go": a_cell(capacity_at_most=12.3)}))
    assert bound not in rendered(a_summary("capacity", hello={"go": a_cell()}))


def test_an_objective_that_no_rate_met_is_not_ok() -> None:
    lines = rendered(a_summary("capacity", hello={"go": a_cell(), "django": a_cell(never_met=True)}))
    assert next(line for line in lines if " django " in line).endswith("  objective not met at any rate tried")


def test_the_time_left_does_not_wrap_at_an_hour() -> None:
    assert table.progress(7, 3_725.4, {"hello": 0.021, "items": 2.0}) == (
        "block 7, 1:02:05 left; widest interval of a ratio: hello ±2.1 %, items –"
    )
    assert "block 8, 0:00:00 left" in table.progress(8, -3.0, {})


def test_a_table_of_undisturbed_costs_leads_with_them_and_says_how_disturbed_the_host_was() -> None:
    fast = {"undisturbed_ratio": Interval(1.5, 1.4, 1.6), "undisturbed_us_per_request": Interval(30.0, 29.0, 31.0)}
    summary = a_summary(hello={"starlette": a_cell(), "go": a_cell(**fast)})
    summary.scenarios["hello"] = replace(summary.scenarios["hello"], disturbed_share=0.54, disturbed_factor=2.1)
    lines = rendered(summary)
    assert any(line.endswith("; host disturbed 54 % of the time, by a factor of 2.10") for line in lines)
    summary.scenarios["hello"] = replace(summary.scenarios["hello"], disturbed_share=0.97)
    assert any(line.endswith("there was hardly an undisturbed moment to read costs from") for line in rendered(summary))
    heading = next(line for line in lines if "letter" in line)
    assert re.search(r"service +undisturbed \(95 %\) +µs/request +as it went \(95 %\)", heading)
    names = [line.split()[1] for line in lines if line.endswith("  ok")]
    assert names == ["go", "starlette"]


def test_a_table_that_had_to_do_without_undisturbed_costs_says_so() -> None:
    summary = a_summary(hello={"starlette": a_cell(), "go": a_cell()})
    summary.scenarios["hello"] = replace(summary.scenarios["hello"], disturbed_share=0.83, disturbed_factor=2.2)
    told = "; too little to read an undisturbed cost of starlette from: ranked as it went"
    assert any(line.endswith(told) for line in rendered(summary))


def test_counted_instructions_and_user_and_kernel_time_have_columns_where_there_are_any() -> None:
    told = {
        "instructions_per_request": Instructions(154_337.2, 0.0006),
        "cpu_user_us_per_request": Interval(35.04, 34.0, 36.0),
        "cpu_system_us_per_request": Interval(18.71, 18.0, 19.0),
    }
    lines = rendered(a_summary(hello={"starlette": a_cell(**told), "go": a_cell()}, json={"starlette": a_cell()}))
    headings = [line for line in lines if "service" in line and "requests/s" in line]
    assert ["instr/request" in line for line in headings] == [True, False]
    assert ["user+kernel" in line for line in headings] == [True, False]
    assert any(re.search(r"  35\.0\+18\.7 {2,}154,337  ", line) for line in lines)


def test_a_count_whose_repeats_are_too_far_apart_says_by_how_much() -> None:
    lines = rendered(a_summary(hello={"node": a_cell(instructions_per_request=Instructions(56_968.0, 0.009))}))
    assert any("  56,968 ±0.9 %  " in line for line in lines)


def test_in_an_open_loop_p99_has_its_interval_where_it_can_be_told() -> None:
    told = {"latency_interval_us": {"p99": Interval(2000.0, 1900.0, 2150.0)}}
    untold = {"latency_interval_us": {"p99": None}}
    lines = rendered(a_summary("open", hello={"go": a_cell(**told), "node": a_cell(**untold), "django": a_cell()}))
    rows = {line.split()[1]: line for line in lines if line.endswith("  ok")}
    assert "  2.00 (1.90–2.15)  " in rows["go"]
    assert all("  2.00  " in rows[name] for name in ("node", "django"))


def of_context(summary: Summary, **context: Any) -> list[str]:
    return rendered(replace(summary, context=summary.context | context))


def headings_of(lines: list[str]) -> list[str]:
    return re.split(" {2,}", next(line for line in lines if " service " in line).strip())


FIRST = {"p50": 400.0, "p99": 900.0}


@pytest.mark.parametrize("load", ["closed", "open"])
def test_of_streams_the_time_to_the_first_byte_stands_before_that_to_the_last(load: str) -> None:
    cell = a_cell(first_byte_us=FIRST, latency_ratio=ONE)
    headings = headings_of(rendered(a_summary(load, stream={"starlette": cell})))
    first = headings.index("first byte p99 ms")
    assert first < next(place for place, title in enumerate(headings) if title.startswith("p99 ms"))
    assert any(" 0.90 " in line for line in rendered(a_summary(load, stream={"starlette": cell})))


def test_a_latency_of_messages_is_a_round_trip() -> None:
    told = a_summary(ws={"starlette": a_cell()}, hello={"starlette": a_cell()})
    lines = of_context(told, websockets=["ws"])
    assert "round trip p99 ms" in headings_of(lines)
    assert sum("round trip" in line for line in lines) == 1


def test_the_cpu_time_of_the_database_stands_beside_the_services() -> None:
    cells = {"starlette": a_cell(helper_cpu_us_per_request={"postgres": Interval(87.5, 80.0, 95.0)})}
    helpers = {"postgres": {"cpus": [0], "settings": {"version": "17.2", "fsync": "off"}}}
    lines = of_context(a_summary(db=cells), helpers=helpers)
    headings = headings_of(lines)
    assert headings.index("database CPU") == headings.index("CPU µs/request") + 1
    assert "upstream CPU" not in headings
    assert any("  87.5  " in line for line in lines)
    assert "database CPU: µs of its CPU time per request, beside the service's own." in lines
    assert "postgres: version 17.2, fsync off" in lines


def test_a_helper_that_was_away_is_told() -> None:
    helpers = {"upstream": {"away": "connection refused"}}
    assert "the helper upstream was away: connection refused" in of_context(
        a_summary(fanout={"starlette": a_cell()}), helpers=helpers
    )


def test_a_scenario_with_connections_of_its_own_says_so_and_what_each_takes() -> None:
    cells = {"starlette": a_cell(memory_per_connection_bytes=12_800.0, at_once=4096)}
    told = a_summary(crowd=cells, hello={"starlette": a_cell()})
    lines = of_context(told, scenario_connections={"crowd": 5000})
    assert any(line.startswith("crowd: ") and line.endswith(", 5,000 connections per service") for line in lines)
    assert any(line.startswith("hello: ") and line.endswith("up to 12 ms") for line in lines)
    assert "KiB/connection" in headings_of(lines)
    (row,) = [line for line in lines if "  12.5  " in line]
    assert row.endswith("ok, serves 4096 of 5000 at once")
