"""A run as Prometheus sees it: what each record adds to which series."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from levelground.judging import gates, summary
from levelground.model import arrivals
from levelground.model.interval import Interval
from levelground.model.record import Conditions
from levelground.showing.metrics import Metrics
from tests.samples import A_CALM_BLOCK, a_cell, a_member, a_run, a_slice
from tests.showing.test_table import a_summary

CELL = {"service": "starlette", "scenario": "hello"}


def begun(*services: str, **changes: Any) -> Metrics:
    metrics = Metrics()
    metrics.begin(a_run(*(services or ("starlette",)), **changes))
    return metrics


def read(metrics: Metrics) -> Iterator[tuple[str, dict[str, str], float]]:
    """All samples, as Prometheus' own parser reads them."""
    registry = CollectorRegistry()
    registry.register(metrics)
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Of the one series that has these labels, among others; None if there is none."""
    found = [value for each, has, value in read(metrics) if each == name and labels.items() <= has.items()]
    assert len(found) <= 1, found
    return found[0] if found else None


def a_block(number: int, **changes: Any) -> Conditions:
    return replace(A_CALM_BLOCK, block=number, **changes)


def test_before_the_first_run_there_is_nothing() -> None:
    assert list(read(Metrics())) == []


def test_a_cell_that_has_no_record_yet_has_its_counters_at_0() -> None:
    metrics = begun()
    for name in ("requests", "slice_seconds", "slices", "failed_slices"):
        assert value(metrics, f"levelground_{name}_total", **CELL) == 0
    assert value(metrics, "levelground_errors_total", **CELL, kind="wrong answer") == 0
    assert value(metrics, "levelground_latency_seconds_count", **CELL) == 0


@pytest.mark.parametrize("name", ["cpu_seconds_total", "memory_bytes", "offered_requests_total"])
def test_what_was_not_measured_has_no_series(name: str) -> None:
    metrics = begun()
    metrics.add_slice(a_slice(cpu_us=None, memory_bytes=None))
    assert value(metrics, f"levelground_{name}", **CELL) is None


def test_slices_add_up() -> None:
    metrics = begun()
    metrics.add_slice(a_slice(requests=300, seconds=0.03, cpu_us=27_000.0, cpu_user_us=20_000.0, memory_bytes=5))
    metrics.add_slice(a_slice(requests=200, seconds=0.02, cpu_us=18_000.0, cpu_user_us=10_000.0, memory_bytes=7))
    assert value(metrics, "levelground_requests_total", **CELL) == 500
    assert value(metrics, "levelground_slice_seconds_total", **CELL) == pytest.approx(0.05)
    assert value(metrics, "levelground_cpu_seconds_total", **CELL) == pytest.approx(0.045)
    assert value(metrics, "levelground_cpu_user_seconds_total", **CELL) == pytest.approx(0.03)
    assert value(metrics, "levelground_memory_bytes", **CELL) == 7
    assert value(metrics, "levelground_slices_total", **CELL) == 2


def test_the_helpers_cpu_time_is_told_if_it_is_known() -> None:
    metrics = begun()
    metrics.add_slice(a_slice(asked={"postgres": 8}))
    assert value(metrics, "levelground_helpers_cpu_seconds_total", **CELL) is None
    metrics.add_slice(a_slice())
    assert value(metrics, "levelground_helpers_cpu_seconds_total", **CELL) == 0
    metrics.add_slice(a_slice(asked={"postgres": 8}, helper_cpu_us={"postgres": 30_000.0, "upstream": 10_000.0}))
    assert value(metrics, "levelground_helpers_cpu_seconds_total", **CELL) == pytest.approx(0.04)


def test_a_slice_with_errors_counts_for_nothing_else() -> None:
    metrics = begun()
    metrics.add_slice(a_slice(errors={"reset": 3, "wrong answer": 1}))
    assert value(metrics, "levelground_errors_total", **CELL, kind="reset") == 3
    assert value(metrics, "levelground_errors_total", **CELL, kind="wrong answer") == 1
    assert value(metrics, "levelground_failed_slices_total", **CELL) == 1
    assert value(metrics, "levelground_slices_total", **CELL) == 1
    assert value(metrics, "levelground_requests_total", **CELL) == 0
    assert value(metrics, "levelground_latency_seconds_count", **CELL) == 0


def test_a_warm_up_counts_for_nothing() -> None:
    metrics = begun()
    metrics.add_slice(a_slice(warmup=True, errors={"reset": 1}))
    assert value(metrics, "levelground_slices_total", **CELL) == 0
    assert value(metrics, "levelground_errors_total", **CELL, kind="reset") is None


def test_latencies_are_in_seconds_and_buckets_hold_what_is_below_too() -> None:
    # Buckets 100 and 1,000 of the record are 16.5 µs and 1.47 ms; 2,400 is over a second.
    metrics = begun()
    metrics.add_slice(a_slice(latency={100: 5, 1000: 3, 2400: 1}))

    def count(edge: str) -> float | None:
        return value(metrics, "levelground_latency_seconds_bucket", **CELL, le=edge)

    assert [count(edge) for edge in ("0.0001", "0.001", "0.002", "1.0", "+Inf")] == [5, 5, 8, 8, 9]
    assert value(metrics, "levelground_latency_seconds_count", **CELL) == 9
    total = value(metrics, "levelground_latency_seconds_sum", **CELL)
    assert total == pytest.approx(5 * 16.5e-6 + 3 * 1.47e-3 + 1.585, rel=0.01)


def test_an_open_loop_tells_what_was_due_late_and_given_up() -> None:
    metrics = begun(load="open")
    metrics.add_slice(a_slice(offered=310, unanswered=4, slip={100: 290, 1000: 6}))
    told = {
        name: value(metrics, f"levelground_{name}_requests_total", **CELL)
        for name in ("offered", "unanswered", "sent", "late")
    }
    assert told == {"offered": 310, "unanswered": 4, "sent": 296, "late": 6}
    assert value(metrics, "levelground_watched_connections_total", **CELL) is None


def test_starved_connections_count_where_the_others_were_served() -> None:
    metrics = begun(connections=16)
    metrics.add_slice(a_slice(requests=300, starved=2))
    metrics.add_slice(a_slice(requests=20, starved=9))
    assert value(metrics, "levelground_starved_connections_total", **CELL) == 2
    assert value(metrics, "levelground_watched_connections_total", **CELL) == 16


def test_counters_go_on_through_runs_and_gauges_do_not() -> None:
    metrics = begun("starlette", "go")
    metrics.add_slice(a_slice(requests=300))
    metrics.add_slice(a_slice(service="go", requests=100))
    metrics.begin(a_run("starlette", run="next"))
    assert value(metrics, "levelground_requests_total", **CELL) == 300
    assert value(metrics, "levelground_memory_bytes", **CELL) is None
    assert value(metrics, "levelground_requests_total", service="go") is None
    assert value(metrics, "levelground_run_info", run="next") == 1
    metrics.begin(a_run("starlette", "go"))
    metrics.add_slice(a_slice(service="go", requests=50))
    assert value(metrics, "levelground_requests_total", service="go") == 150


def test_only_cells_that_are_measured_are_shown() -> None:
    members = {"go": a_member(problem="not up"), "null": a_member(left_out={"hello": "not part of it"})}
    run = a_run("starlette", "go", "null")
    metrics = Metrics()
    metrics.begin(replace(run, services={**run.services, **members}))
    assert {labels["service"] for name, labels, _ in read(metrics) if name == "levelground_slices_total"} == {
        "starlette"
    }
    metrics.add_slice(a_slice(service="go"))


def test_what_a_service_is_is_told() -> None:
    about = {"framework": "starlette", "framework_version": "1.0", "server": "uvicorn", "server_version": None}
    run = a_run("starlette", "starlette-twin")
    twin = a_member(role="control", about=about, twin_of="starlette", memory_idle_bytes=9)
    metrics = Metrics()
    metrics.begin(replace(run, services={**run.services, "starlette-twin": twin}))
    (labels,) = [
        labels
        for name, labels, _ in read(metrics)
        if name == "levelground_service_info" and labels["service"] == "starlette-twin"
    ]
    assert labels == {
        "service": "starlette-twin",
        "role": "control",
        "twin_of": "starlette",
        "framework": "starlette",
        "framework_version": "1.0",
        "server": "uvicorn",
    }
    assert value(metrics, "levelground_memory_idle_bytes", service="starlette-twin") == 9


def dropped(metrics: Metrics) -> dict[str, float]:
    return {
        labels["reason"]: value
        for name, labels, value in read(metrics)
        if name == "levelground_blocks_dropped_total" and labels["scenario"] == "hello"
    }


def test_every_reason_to_drop_a_block_has_a_series_from_the_start() -> None:
    assert dropped(begun()) == dict.fromkeys(gates.DISTURBANCES, 0)


def test_blocks_are_dropped_as_the_gates_say() -> None:
    blocks = [
        a_block(number, seconds=0.2, stolen_us=60_000.0 * (number == 4), delayed_us=30_000.0 * (number == 8))
        for number in range(12)
    ]
    metrics = begun()
    for one in blocks:
        metrics.add_block(one)
    metrics.begin(a_run("starlette"))
    judged = list(gates.dropped(a_run("starlette"), blocks).values())
    assert set(judged) == {gates.STOLEN, gates.DELAYED}
    assert dropped(metrics) == {reason: judged.count(reason) for reason in gates.DISTURBANCES}
    assert value(metrics, "levelground_blocks_total", scenario="hello") == 12


def test_a_block_is_judged_when_those_around_it_are_known() -> None:
    metrics = begun()
    metrics.add_block(a_block(0, stolen_us=200_000.0))
    assert dropped(metrics)[gates.STOLEN] == 0
    metrics.add_block(a_block(1))
    assert dropped(metrics)[gates.STOLEN] == 1


def test_the_hosts_counters_are_in_seconds_and_leave_out_warm_ups() -> None:
    metrics = begun(host={"generator_cpus": [0, 1]})
    metrics.add_block(a_block(0, seconds=5.0, warmup=True, stolen_us=1e6))
    metrics.add_block(a_block(1, seconds=2.0, stolen_us=100_000.0, foreign_us=50_000.0, delayed_us=20_000.0))
    assert value(metrics, "levelground_block_seconds_total") == 2
    assert value(metrics, "levelground_measuring_cpu_seconds_total") == 4
    assert value(metrics, "levelground_stolen_seconds_total") == pytest.approx(0.1)
    assert value(metrics, "levelground_foreign_seconds_total") == pytest.approx(0.05)
    assert value(metrics, "levelground_generator_delayed_seconds_total") == pytest.approx(0.02)


def known_work(*us: float) -> str:
    times = [0]
    for one in us:
        times.append(times[-1] + int(1000 * one))
    return arrivals.pack(times)


def test_known_work_tells_how_disturbed_the_host_is() -> None:
    metrics = begun()
    assert value(metrics, "levelground_known_work_disturbed_ratio") is None
    metrics.add_block(a_block(0, known_work=known_work(*[60.0] * 100, *[120.0] * 50)))
    assert value(metrics, "levelground_known_work_disturbed_ratio") == pytest.approx(0.5)
    assert value(metrics, "levelground_known_work_slowdown_ratio") == pytest.approx(2.0)


def judged(metrics: Metrics, *cells: summary.Cell) -> None:
    names: Sequence[str] = ("starlette", "go")
    metrics.judge(a_summary(hello=dict(zip(names, cells, strict=False))).scenarios)


def test_a_judgement_shows_the_ratio_that_the_table_is_ranked_by() -> None:
    metrics = begun()
    judged(
        metrics,
        a_cell(undisturbed_ratio=Interval(0.5, 0.4, 0.6), undisturbed_us_per_request=Interval(50.0, 49.0, 51.0)),
    )
    bounds = {
        labels["bound"]: value
        for name, labels, value in read(metrics)
        if name == "levelground_baseline_ratio" and labels["measure"] == "undisturbed"
    }
    assert bounds == {"estimate": 0.5, "low": 0.4, "high": 0.6}
    assert value(metrics, "levelground_undisturbed_seconds_per_request", **CELL) == pytest.approx(50e-6)


def test_a_judgement_names_the_gates_of_a_cell() -> None:
    metrics = begun()
    judged(metrics, a_cell(), a_cell(valid=False, reasons=["generator-bound", "errors: reset ×3; failed in 3 blocks"]))
    assert value(metrics, "levelground_cell_valid", **CELL) == 1
    assert value(metrics, "levelground_cell_valid", service="go") == 0
    gates_of = {
        labels["gate"]: labels["service"] for name, labels, _ in read(metrics) if name == "levelground_cell_gate"
    }
    assert gates_of == {"generator-bound": "go", "errors": "go"}


def test_the_next_run_has_no_judgement_yet() -> None:
    metrics = begun()
    judged(metrics, a_cell())
    metrics.begin(a_run("starlette"))
    assert value(metrics, "levelground_cell_valid", **CELL) is None
