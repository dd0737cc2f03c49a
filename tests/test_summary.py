"""Summaries: pure functions of the records, with numbers that can be worked out by hand."""

from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec
import pytest

from levelground import record, summary, table
from levelground.record import Run, Slice
from tests.samples import a_member, a_run, a_slice


def slices_of(speeds: dict[str, float], blocks: int = 60, noise: float = 0.0) -> list[Slice]:
    """Slices of 0.03 s whose block shares a drift that is the same for all services."""
    random = Random(1)
    result = []
    for block in range(blocks):
        drift = random.uniform(0.5, 1.5)
        for name, speed in speeds.items():
            requests = round(speed * 0.03 * drift * (1 + random.gauss(0, noise)))
            result.append(a_slice(block=block, service=name, requests=requests, cpu_us=requests * 1e6 / speed))
    return result


def test_ratios_are_those_of_the_services_whatever_the_host_did() -> None:
    judged = summary.of(a_run("starlette", "fast"), slices_of({"starlette": 100_000.0, "fast": 150_000.0}))
    cell = judged.scenarios["hello"].services["fast"]
    assert cell.throughput_ratio is not None
    assert cell.throughput_ratio.estimate == pytest.approx(1.5, rel=1e-3)
    assert cell.cpu_ratio is not None
    assert cell.cpu_ratio.estimate == pytest.approx(1 / 1.5, rel=1e-3)
    assert cell.cpu_us_per_request is not None
    assert cell.cpu_us_per_request.estimate == pytest.approx(1e6 / 150_000)
    assert (cell.valid, cell.group) == (True, "a")
    assert judged.scenarios["hello"].services["starlette"].group == "b"


def test_totals_are_sums_over_all_good_slices() -> None:
    slices = slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    judged = summary.of(a_run("starlette", "fast"), slices)
    cell = judged.scenarios["hello"].services["starlette"]
    own = [one for one in slices if one.service == "starlette"]
    assert cell.requests == sum(one.requests for one in own)
    assert cell.throughput_per_second is not None
    assert cell.throughput_per_second.estimate == pytest.approx(cell.requests / sum(one.seconds for one in own))


def test_services_within_the_noise_share_a_letter() -> None:
    judged = summary.of(a_run("one", "other"), slices_of({"one": 100_000.0, "other": 100_000.0}, noise=0.02))
    assert {cell.group for cell in judged.scenarios["hello"].services.values()} == {"a"}


def test_the_warm_up_counts_for_nothing() -> None:
    slices = slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    cold = [replace(one, warmup=True, requests=1, errors={"reset": 1}) for one in slices[:20]]
    assert summary.of(a_run("starlette", "fast"), cold + slices) == summary.of(a_run("starlette", "fast"), slices)


def test_a_service_that_is_not_meant_for_a_scenario_has_no_cell() -> None:
    run = a_run("starlette", "null")
    run.services["null"] = a_member(role="control", left_out={"hello": "not part of what this service answers"})
    judged = summary.of(run, slices_of({"starlette": 100_000.0}))
    assert list(judged.scenarios["hello"].services) == ["starlette"]


def test_a_dead_service_says_so_and_the_others_are_judged() -> None:
    run = a_run("starlette", "fast", "dead")
    slices = slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    slices.append(a_slice(service="dead", requests=0, errors={"refused": 1}, latency={}))
    judged = summary.of(run, slices).scenarios["hello"].services
    assert not judged["dead"].valid
    assert judged["dead"].throughput_ratio is None
    assert judged["dead"].group == ""
    assert "refused" in judged["dead"].reasons[0]
    assert judged["fast"].valid
    assert judged["fast"].throughput_ratio is not None


def test_a_run_without_cgroup_files_has_no_cpu_but_throughput() -> None:
    slices = [replace(one, cpu_us=None, memory_bytes=None) for one in slices_of({"starlette": 1e5, "fast": 2e5})]
    cell = summary.of(a_run("starlette", "fast"), slices).scenarios["hello"].services["fast"]
    assert cell.throughput_ratio is not None
    assert (cell.cpu_ratio, cell.cpu_us_per_request, cell.memory_bytes.peak) == (None, None, None)


@pytest.mark.parametrize("slices", [[], slices_of({"starlette": 1e5}, blocks=1)])
def test_a_run_that_ended_at_once_has_a_summary_without_intervals(slices: list[Slice]) -> None:
    judged = summary.of(a_run("starlette"), slices)
    assert not judged.scenarios["hello"].services["starlette"].valid
    assert "too few blocks" in table.render(judged)


def test_judging_again_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = record.Folder.create(tmp_path)
    folder.write_run(a_run("starlette", "fast"))
    for one in slices_of({"starlette": 100_000.0, "fast": 101_000.0}, noise=0.05):
        folder.append(one)
    first = msgspec.json.encode(summary.judge(folder)), (folder.path / "summary.json").read_bytes()
    assert (msgspec.json.encode(summary.judge(folder)), (folder.path / "summary.json").read_bytes()) == first


def test_the_table_ranks_within_groups_and_names_the_twins_distance() -> None:
    run = a_run("starlette", "slow", "fast", "starlette-twin")
    run.services["starlette-twin"] = a_member(role="control", twin_of="starlette")
    speeds = {"starlette": 1e5, "slow": 0.5e5, "fast": 2e5, "starlette-twin": 1e5}
    lines = table.render(summary.of(run, slices_of(speeds, noise=0.01))).splitlines()
    assert lines[0].startswith("run 2026-01-01T00-00-00Z-0000: 2 × CPU, Linux 6.1, cgroup v1, 16 connections")
    assert lines[1].startswith("twin of starlette (the instrument's own error: the truth is 1.000): hello 1.00")
    order = [line.split()[1] for line in lines if line.startswith("  ") and " ok" in line]
    assert order == ["fast", "starlette", "slow", "starlette-twin"]


def test_a_watch_looks_between_blocks_and_starts_anew_with_each_run() -> None:
    seen: list[tuple[str, int]] = []
    watch = summary.Watch(lambda run, slices: seen.append((run.run, len(slices))), every_seconds=1.0)

    def feed(run: Run, blocks: int) -> None:
        for block in range(blocks):
            for service in ("a", "b"):
                watch(run, a_slice(block=block, service=service, start_seconds=block * 0.6))

    feed(a_run("a", run="first"), 5)
    feed(a_run("a", run="second"), 3)
    assert seen == [("first", 4), ("first", 8), ("second", 4)]
