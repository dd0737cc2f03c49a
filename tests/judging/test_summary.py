"""Summaries: pure functions of the records, with numbers that can be worked out by hand."""

from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec
import pytest

from levelground.judging import summary
from levelground.model import arrivals, histogram
from levelground.model.folder import Folder
from levelground.model.record import Instructions, Run, Slice
from levelground.showing import table
from tests.samples import A_CALM_BLOCK, a_member, a_run, a_slice


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


def test_user_and_kernel_time_are_told_beside_the_instructions_that_were_counted() -> None:
    slices = [
        replace(one, cpu_user_us=one.requests * 7.0, cpu_system_us=one.requests * 3.0)
        for one in slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    ]
    counted = {"hello": {"fast": Instructions(120_000.0, 0.0004)}}
    cells = summary.of(a_run("starlette", "fast", instructions=counted), slices).scenarios["hello"].services
    user, system = cells["fast"].cpu_user_us_per_request, cells["fast"].cpu_system_us_per_request
    assert user is not None
    assert system is not None
    assert [user.estimate, system.estimate] == pytest.approx([7, 3])
    assert cells["fast"].instructions_per_request == Instructions(120_000.0, 0.0004)
    assert cells["starlette"].instructions_per_request is None


def test_without_them_there_is_nothing_to_tell() -> None:
    cell = summary.of(a_run("starlette"), slices_of({"starlette": 100_000.0})).scenarios["hello"].services["starlette"]
    assert (cell.cpu_user_us_per_request, cell.cpu_system_us_per_request) == (None, None)


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
    folder = Folder.create(tmp_path)
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
    (twin,) = [line for line in lines if line.startswith("twin of starlette (the truth is 1.000")]
    assert "hello 1.00" in twin
    order = [line.split()[1] for line in lines if line.startswith("  ") and " ok" in line]
    assert order == ["fast", "starlette", "slow", "starlette-twin"]


def open_slices(means_us: dict[str, float], blocks: int = 60) -> list[Slice]:
    random = Random(2)
    slices = []
    for block in range(blocks):
        drift = random.uniform(0.5, 2.0)
        for name, mean in means_us.items():
            latency = histogram.of([int(1000 * drift * mean)] * 100)
            slices.append(
                a_slice(
                    block=block,
                    service=name,
                    requests=100,
                    latency=latency,
                    service_time=latency,
                    slip={0: 100},
                    offered_per_second=1000.0,
                    offered=100,
                )
            )
    return slices


def test_an_open_loop_is_ranked_by_the_mean_time_to_answer_the_least_first() -> None:
    run = a_run("starlette", "slow", load="open", rates_per_second={"hello": 1000.0})
    judged = summary.of(run, open_slices({"starlette": 400.0, "slow": 600.0}))
    scored = judged.scenarios["hello"]
    assert [name for name, _ in summary.ranked(scored)] == ["starlette", "slow"]
    slow = scored.services["slow"]
    assert slow.latency_ratio is not None
    assert slow.latency_ratio.estimate == pytest.approx(1.5, rel=0.005)
    assert (scored.services["starlette"].group, slow.group) == ("a", "b")
    assert (slow.offered_per_second, slow.throughput_ratio) == (1000.0, None)
    assert "mean time ratio" in table.render(judged)


def test_capacities_are_found_again_from_the_trials() -> None:
    random = Random(3)
    truth = {"starlette": 10_000.0, "fast": 20_000.0}
    run = a_run(
        "starlette",
        "fast",
        load="capacity",
        objective="p99<50ms",
        saturated_per_second={"hello": {"starlette": 10_500.0, "fast": 19_000.0}},
    )
    slices = []
    for block in range(60):
        for name, capacity in truth.items():
            rate = capacity * random.uniform(0.8, 1.25)
            met = rate < capacity
            latency = histogram.of([10_000_000 if met else 90_000_000] * 100)
            one = a_slice(block=block, service=name, offered_per_second=rate, latency=latency, requests=100)
            slices.append(replace(one, unanswered=0 if met else 3))
    scored = summary.of(run, slices).scenarios["hello"]
    assert (scored.blocks, scored.dropped_blocks) == (60, 0)
    for name, capacity in truth.items():
        found = scored.services[name].capacity_per_second
        assert found is not None
        assert found.low < capacity < found.high
        assert found.estimate == pytest.approx(capacity, rel=0.03)
    ratio = scored.services["fast"].capacity_ratio
    assert ratio is not None
    assert ratio.low < 2.0 < ratio.high
    assert (scored.services["fast"].group, scored.services["starlette"].group) == ("a", "b")
    assert "capacity/s" in table.render(summary.of(run, slices))


def test_blocks_that_the_host_disturbed_count_for_nothing_and_are_counted() -> None:
    slices = slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    bad = [
        replace(one, requests=1 + one.requests // 10) if one.service == "fast" and one.block < 15 else one
        for one in slices
    ]
    blocks = [replace(A_CALM_BLOCK, block=block, foreign_us=1e5 if block < 15 else 0.0) for block in range(60)]
    scored = summary.of(a_run("starlette", "fast"), bad, blocks).scenarios["hello"]
    assert scored.services["fast"].throughput_ratio is not None
    assert scored.services["fast"].throughput_ratio.estimate == pytest.approx(1.5, rel=1e-3)
    assert (scored.blocks, scored.dropped_blocks, scored.too_noisy) == (60, 15, False)
    assert scored.dropped == {"something else on the services' CPUs": 15}


def test_a_scenario_that_is_too_noisy_has_no_valid_cell_and_says_what_it_could_have_shown() -> None:
    slices = slices_of({"starlette": 100_000.0, "fast": 150_000.0}, noise=0.02)
    blocks = [replace(A_CALM_BLOCK, block=block, stolen_us=1e5 if block % 2 else 0.0) for block in range(60)]
    judged = summary.of(a_run("starlette", "fast"), slices, blocks)
    assert [cell.reasons for cell in judged.scenarios["hello"].services.values()] == [["too noisy"]] * 2
    text = table.render(judged)
    assert "30 dropped (CPU time stolen by the hypervisor ×30)" in text
    assert "what was left could only show differences of over" in text


def test_a_block_that_was_broken_off_is_no_failure_of_the_services_that_it_lacks() -> None:
    slices = slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    cut = a_slice(block=60, service="starlette", requests=1)
    resumed = [replace(one, round=1, block=one.block + 61) for one in slices]
    whole = summary.of(a_run("starlette", "fast"), slices + resumed)
    assert summary.of(a_run("starlette", "fast"), [*slices, cut, *resumed]) == whole
    assert whole.scenarios["hello"].services["fast"].valid


def test_near_the_baseline_is_only_said_when_the_whole_interval_is() -> None:
    same = slices_of({"starlette": 1e6, "near": 1.004e6, "far": 1.03e6}, noise=0.01)
    cells = summary.of(a_run("starlette", "near", "far"), same).scenarios["hello"].services
    assert cells["near"].within == 0.01
    assert cells["far"].within == 0.05
    noisy = slices_of({"starlette": 1e6, "near": 1.004e6}, noise=0.5)
    assert summary.of(a_run("starlette", "near"), noisy).scenarios["hello"].services["near"].within is None


def test_rows_that_a_service_cannot_fulfil_are_footnotes() -> None:
    run = a_run(
        "starlette", "odd", services={"starlette": a_member(), "odd": a_member(declared={"echo": "It cannot."})}
    )
    judged = summary.of(run, slices_of({"starlette": 100_000.0, "odd": 50_000.0}))
    assert table.render(judged).endswith("odd cannot do echo: It cannot.")


def test_a_service_that_serves_fewer_requests_than_there_are_connections_says_so() -> None:
    few = a_member(about={"workers": 2, "threads": 4})
    run = a_run("starlette", "threads", services={"starlette": a_member(), "threads": few})
    text = table.render(summary.of(run, slices_of({"starlette": 100_000.0, "threads": 50_000.0})))
    assert next(line for line in text.splitlines() if " threads " in line).endswith("ok, serves 8 of 16 at once")


def test_a_scenario_that_the_baseline_has_no_part_in_names_the_service_that_its_ratios_are_to() -> None:
    members = {"starlette": a_member(left_out={"items": "not part of it"}), "go": a_member(), "node": a_member()}
    run = a_run("starlette", "go", "node", services=members, scenarios={"hello": "00", "items": "11"})
    slices = slices_of({"go": 100_000.0, "node": 150_000.0})
    judged = summary.of(run, [*slices, *(replace(one, scenario="items") for one in slices)])
    assert (judged.baseline, judged.scenarios["hello"].baseline) == ("starlette", "starlette")
    assert judged.scenarios["items"].baseline == "go"
    assert judged.scenarios["items"].services["node"].throughput_ratio is not None


def test_a_scenario_that_no_service_has_a_part_in_has_no_baseline() -> None:
    run = a_run("starlette", services={"starlette": a_member(left_out={"hello": "not part of it"})})
    assert summary.of(run, []).scenarios["hello"].baseline is None


def trials_of(met: dict[str, bool]) -> summary.Table:
    """A search in which every trial of a service met the objective, or none did."""
    run = a_run(
        *met,
        load="capacity",
        objective="p99<50ms",
        saturated_per_second={"hello": dict.fromkeys(met, 10_000.0)},
    )
    slices = [
        a_slice(
            block=block,
            service=name,
            offered_per_second=1_000.0 + 100 * block,
            latency=histogram.of([10_000_000 if each else 90_000_000] * 100),
            requests=100,
        )
        for block in range(30)
        for name, each in met.items()
    ]
    return summary.of(run, slices).scenarios["hello"]


def test_where_no_rate_met_the_objective_the_capacity_has_an_upper_bound_alone() -> None:
    cell = trials_of({"starlette": False}).services["starlette"]
    assert cell.capacity_per_second is None
    assert cell.capacity_at_least is None
    assert cell.capacity_at_most is not None
    assert cell.capacity_at_most < 1_000
    assert (cell.never_met, cell.valid) == (True, True)


def test_where_every_rate_met_the_objective_the_capacity_has_a_lower_bound_alone() -> None:
    cell = trials_of({"starlette": True}).services["starlette"]
    assert cell.capacity_per_second is None
    assert cell.capacity_at_least is not None
    assert cell.capacity_at_least > 3_000
    assert (cell.capacity_at_most, cell.never_met) == (None, False)


def test_a_scenario_that_no_service_has_a_part_in_has_no_ratio_to_wait_for() -> None:
    run = a_run("starlette", services={"starlette": a_member(left_out={"hello": "not part of it"})})
    assert summary.widest(summary.of(run, []).scenarios["hello"]) == 0.0


def undisturbed_run() -> Run:
    return a_run("starlette", "fast", window_answers={"hello": 16})


def undisturbed_slices(gaps_us: dict[str, float], blocks: int = 60) -> list[Slice]:
    """Of servers that answer almost evenly; every other slice is disturbed for as long as it lasts."""
    random = Random(5)
    return [
        a_slice(
            block=block,
            service=name,
            round=block // 20,
            arrivals=arrivals.pack(
                [round(1000 * gap * (1 + block % 2) * (n + 0.1 * random.random())) for n in range(200)]
            ),
        )
        for block in range(blocks)
        for name, gap in gaps_us.items()
    ]


def test_a_closed_loop_with_arrivals_is_ranked_by_its_undisturbed_cost() -> None:
    judged = summary.of(undisturbed_run(), undisturbed_slices({"starlette": 50.0, "fast": 40.0}))
    scored = judged.scenarios["hello"]
    fast = scored.services["fast"]
    assert summary.measure(scored) == "undisturbed_ratio"
    assert fast.undisturbed_ratio is not None
    assert fast.undisturbed_ratio.estimate == pytest.approx(1.25, rel=0.01)
    assert fast.undisturbed_us_per_request is not None
    assert fast.undisturbed_us_per_request.estimate == pytest.approx(40.0, rel=0.01)
    assert (fast.group, scored.services["starlette"].group) == ("a", "b")


def test_a_baseline_with_too_few_windows_leaves_nobody_ranked_by_what_others_have() -> None:
    # One answer in a turn of the slow baseline, so that it has no window of 16 of them.
    slices = [
        replace(one, arrivals=arrivals.pack([50_000] * 10)) if one.service == "starlette" else one
        for one in undisturbed_slices({"starlette": 50.0, "fast": 40.0})
    ]
    scored = summary.of(undisturbed_run(), slices).scenarios["hello"]
    assert summary.measure(scored) == "throughput_ratio"
    assert [cell.undisturbed_us_per_request for cell in scored.services.values()] == [None, None]
    # As it went, both were as fast.
    assert {cell.group for cell in scored.services.values()} == {"a"}


def test_before_any_block_has_ended_a_run_with_arrivals_has_empty_cells() -> None:
    judged = summary.of(undisturbed_run(), [])
    assert judged.scenarios["hello"].services["fast"].undisturbed_ratio is None
    assert summary.widest(judged.scenarios["hello"]) == float("inf")


def test_runs_without_arrivals_are_judged_as_before() -> None:
    judged = summary.of(a_run("starlette", "fast"), slices_of({"starlette": 1e5, "fast": 2e5}, noise=0.01))
    assert summary.measure(judged.scenarios["hello"]) == "throughput_ratio"
    assert judged.scenarios["hello"].services["fast"].undisturbed_us_per_request is None


def test_percentiles_have_intervals_around_them() -> None:
    run = a_run("starlette", "slow", load="open", rates_per_second={"hello": 1000.0})
    cell = summary.of(run, open_slices({"starlette": 400.0, "slow": 600.0})).scenarios["hello"].services["slow"]
    assert isinstance(cell.latency_interval_us, dict)
    p50 = cell.latency_interval_us["p50"]
    assert p50 is not None
    assert p50.estimate == cell.latency_us["p50"]
    assert p50.low < p50.estimate < p50.high
    assert "p99 ms (95 %)" in table.render(summary.of(run, open_slices({"starlette": 400.0})))


@pytest.mark.parametrize("schema", [1, 2])
def test_what_is_written_of_an_older_run_has_no_key_for_them(schema: int) -> None:
    judged = summary.of(a_run("starlette", schema=schema), slices_of({"starlette": 100_000.0}))
    assert b"latency_interval_us" not in msgspec.json.encode(judged)


def test_the_cpu_time_of_a_helper_is_told_per_request() -> None:
    slices = [
        replace(one, helper_cpu_us={"postgres": one.requests * 25.0})
        for one in slices_of({"starlette": 100_000.0, "fast": 150_000.0})
    ]
    cells = summary.of(a_run("starlette", "fast"), slices).scenarios["hello"].services
    told = cells["fast"].helper_cpu_us_per_request
    assert isinstance(told, dict)
    assert told["postgres"] is not None
    assert told["postgres"].estimate == pytest.approx(25)


def test_where_no_helper_is_needed_there_is_none_and_where_nothing_streams_no_first_byte() -> None:
    cell = summary.of(a_run("starlette"), slices_of({"starlette": 100_000.0})).scenarios["hello"].services["starlette"]
    assert (cell.helper_cpu_us_per_request, cell.first_byte_us, cell.memory_per_connection_bytes) == (None, None, None)


def test_streams_have_a_time_to_the_first_byte() -> None:
    first = histogram.of([400_000] * 300)
    slices = [replace(one, first_byte=first) for one in slices_of({"starlette": 100_000.0})]
    told = summary.of(a_run("starlette"), slices).scenarios["hello"].services["starlette"].first_byte_us
    assert isinstance(told, dict)
    assert told["p50"] == pytest.approx(400, rel=0.01)


def test_thousands_of_connections_have_their_share_of_the_memory() -> None:
    member = a_member(memory_before_bytes={"hello": 20_000_000})
    run = a_run("starlette", services={"starlette": member}, scenario_connections={"hello": 5000})
    slices = [replace(one, memory_bytes=120_000_000) for one in slices_of({"starlette": 100_000.0})]
    judged = summary.of(run, slices)
    assert judged.scenarios["hello"].services["starlette"].memory_per_connection_bytes == 20_000
    assert judged.context["scenario_connections"] == {"hello": 5000}


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_what_is_written_of_a_run_without_helpers_has_no_key_for_them(schema: int) -> None:
    told = msgspec.json.encode(summary.of(a_run("starlette", schema=schema), slices_of({"starlette": 100_000.0})))
    assert not [key for key in (b"helper", b"first_byte", b"per_connection") if key in told]
