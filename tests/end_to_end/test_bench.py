"""`make bench` on real containers: what it prints and writes, and what becomes of it when something dies."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from levelground.judging import gates
from levelground.showing import schema
from tests.end_to_end.conftest import ROOT, command
from tests.end_to_end.runs import LATEST, Running, ended_well, faults, kill_everything, summary

pytestmark = pytest.mark.usefixtures("up")


@pytest.fixture(scope="module")
def short_run(up: str) -> subprocess.CompletedProcess[str]:
    return command(
        "make", "bench", "SERVICES=starlette,starlette-twin,go,null", "SCENARIOS=hello,items", "MINUTES=0.5", "ROUNDS=2"
    )


def test_a_run_ends_well_with_a_table_per_scenario(short_run: subprocess.CompletedProcess[str]) -> None:
    assert ended_well(short_run)
    assert "conformance: " in short_run.stderr
    assert "block " in short_run.stderr
    lines = short_run.stdout.splitlines()
    assert lines[0].startswith("run 20")
    assert [line for line in lines if line.startswith("twin of starlette")]
    assert [line for line in lines if line.startswith("hello: ")]
    assert [line for line in lines if line.startswith("items: ")]


def test_a_run_is_cut_into_rounds_with_the_services_restarted_between(
    short_run: subprocess.CompletedProcess[str],
) -> None:
    assert "round 1 of 2 is over: restarting the services" in short_run.stderr
    assert {one.round for one in LATEST.read_slices()} == {0, 1}
    assert len(LATEST.read_run().resumed) == 1
    for scored in summary()["scenarios"].values():
        assert all(cell["errors"] == 0 for cell in scored["services"].values())


def test_a_run_leaves_records_in_the_shape_of_their_schemas(short_run: subprocess.CompletedProcess[str]) -> None:
    jsonschema.validate(json.loads((LATEST.path / "run.json").read_text()), schema.of("run"))
    jsonschema.validate(summary(), schema.of("summary"))
    for line in (LATEST.path / "slices.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(line), schema.of("slice"))


def test_the_numbers_of_the_summary_follow_from_the_slices(short_run: subprocess.CompletedProcess[str]) -> None:
    told = LATEST.read_run()
    # Neither blocks that the host disturbed nor the last of a round, if it was cut, are in it.
    left_out = set(gates.dropped(told, LATEST.read_blocks()))
    services: dict[int, set[str]] = {}
    for one in LATEST.read_slices():
        services.setdefault(one.block, set()).add(one.service)
    left_out |= {block for block, names in services.items() if not {"go", "starlette", "starlette-twin"} <= names}
    own = [one for one in LATEST.read_slices() if one.service == "go" and one.scenario == "items"]
    slices = [one for one in own if not one.warmup and one.block not in left_out]
    cell = summary()["scenarios"]["items"]["services"]["go"]
    assert cell["requests"] == sum(one.requests for one in slices)
    rate = sum(one.requests for one in slices) / sum(one.seconds for one in slices)
    assert cell["throughput_per_second"]["estimate"] == pytest.approx(rate)
    cpu = sum(one.cpu_us or 0 for one in slices) / sum(one.requests for one in slices)
    assert cell["cpu_us_per_request"]["estimate"] == pytest.approx(cpu)


def test_every_service_is_in_every_table_that_it_is_made_for(short_run: subprocess.CompletedProcess[str]) -> None:
    tables = {name: sorted(one["services"]) for name, one in summary()["scenarios"].items()}
    assert tables == {
        "hello": ["go", "null", "starlette", "starlette-twin"],
        "items": ["go", "starlette", "starlette-twin"],
    }
    for one in summary()["scenarios"].values():
        for name, cell in one["services"].items():
            assert cell["requests"] > 0
            assert cell["errors"] == 0
            assert not faults(cell) or name == "null"
            assert cell["memory_bytes"]["peak"] > 1_000_000


def test_the_record_holds_limits_images_and_versions(short_run: subprocess.CompletedProcess[str]) -> None:
    run = LATEST.read_run()
    assert run.host["engine"]["version"]
    assert run.host["cgroup_version"] in (1, 2)
    assert run.host["engine"]["images"]["starlette"] == run.host["engine"]["images"]["starlette-twin"]
    for member in run.services.values():
        assert member.about is not None
        assert member.about["limits"]["memory_bytes"] > 0
        assert member.memory_idle_bytes is not None


def test_only_the_ceiling_is_bound_by_the_generator(short_run: subprocess.CompletedProcess[str]) -> None:
    cells = summary()["scenarios"]["hello"]["services"]
    assert "generator-bound" in cells["null"]["reasons"]
    assert all("generator-bound" not in cell["reasons"] for name, cell in cells.items() if name != "null")


def test_every_block_has_its_conditions(short_run: subprocess.CompletedProcess[str]) -> None:
    blocks = {one.block: one for one in LATEST.read_blocks()}
    for one in LATEST.read_slices():
        assert blocks[one.block].scenario == one.scenario
    schema_of_a_block = schema.of("block")
    for line in (LATEST.path / "blocks.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(line), schema_of_a_block)
    # What the services used is not counted as somebody else's.
    assert all(one.foreign_us is not None for one in blocks.values())


def test_judging_a_run_again_gives_the_same_summary(short_run: subprocess.CompletedProcess[str]) -> None:
    before = (LATEST.path / "summary.json").read_bytes()
    done = command("make", "judge")
    assert done.returncode == 0
    assert (LATEST.path / "summary.json").read_bytes() == before
    assert done.stdout.splitlines()[0] == short_run.stdout.splitlines()[0]


@pytest.fixture
def sanic_comes_back() -> Iterator[None]:
    yield
    assert command("docker", "compose", "up", "-d", "sanic").returncode == 0


@pytest.mark.usefixtures("sanic_comes_back")
def test_a_service_killed_in_mid_run_says_so_and_the_others_go_on() -> None:
    run = Running("SERVICES=starlette,fastapi,sanic", "SCENARIOS=hello", "MINUTES=0.3", "ROUNDS=1")
    run.await_blocks(60)
    assert command("docker", "compose", "kill", "sanic").returncode == 0
    output = run.finish()
    assert run.process.returncode != 0
    (row,) = [line for line in output.splitlines() if " sanic " in line and "–" in line]
    assert row.endswith("errors")
    assert "  sanic: errors: " in output
    cells = summary()["scenarios"]["hello"]["services"]
    assert not cells["sanic"]["valid"]
    assert cells["sanic"]["throughput_ratio"] is None
    assert not faults(cells["starlette"])
    assert not faults(cells["fastapi"])
    last = max(one.block for one in run.folder.read_slices() if one.service == "fastapi" and not one.errors)
    assert last > 100


def test_an_interrupted_run_keeps_what_was_measured() -> None:
    run = Running("SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=1")
    run.await_blocks(150)
    os.killpg(run.process.pid, signal.SIGINT)
    output = run.finish()
    assert "summary.json; interrupted" in output
    assert summary()["run"] == run.folder.name
    assert summary()["scenarios"]["hello"]["blocks"] > 10
    assert not faults(summary()["scenarios"]["hello"]["services"]["go"])


def test_a_second_run_at_the_same_time_is_refused_in_a_sentence() -> None:
    run = Running("SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=1")
    second = command("make", "bench", "SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=0.1")
    os.killpg(run.process.pid, signal.SIGINT)
    run.finish()
    assert second.returncode != 0
    assert "another run is under way on this stand" in second.stderr
    # Nor did it touch the services of the run that was there first.
    assert "conformance: " not in second.stderr
    assert not any(one.restarted or one.errors for one in run.folder.read_slices())


def test_the_results_are_where_the_readme_says(short_run: subprocess.CompletedProcess[str]) -> None:
    assert Path(ROOT / "results" / "latest").is_symlink()


def test_a_run_of_which_every_part_was_killed_can_be_gone_on_with() -> None:
    run = Running("SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=0.4", "ROUNDS=1")
    run.await_blocks(60)
    kill_everything(run)
    before = list(run.folder.read_slices())
    assert len(before) > 100
    done = command("make", "bench", f"RESUME={run.folder.name}")
    assert ended_well(done)
    after = list(run.folder.read_slices())
    assert after[: len(before)] == before
    assert after[len(before)].block == before[-1].block + 1
    assert after[-1].start_seconds == pytest.approx(24, abs=3)
    told = run.folder.read_run()
    assert len(told.resumed) == 1
    assert told.ended == "time"
    # No slice is lost or there twice, but for the block that was cut.
    slices = [(one.block, one.service) for one in after]
    assert len(set(slices)) == len(slices)
    missing = {block for block, _ in slices if len({s for b, s in slices if b == block}) < 2}
    assert missing <= {before[-1].block, after[-1].block}
    assert not faults(summary()["scenarios"]["hello"]["services"]["go"])
