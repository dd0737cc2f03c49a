"""`make bench` on real containers: what it prints and writes, and what becomes of it when something dies."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from levelground.judging import gates
from levelground.model.folder import Folder
from levelground.showing import schema
from tests.end_to_end.conftest import command
from tests.end_to_end.page import get, post, wait_for, wait_for_the_worker
from tests.end_to_end.runs import RESULTS, Running, ended_well, faults, folder, kill_everything, summary

pytestmark = pytest.mark.usefixtures("up")
NAMES = ("starlette", "starlette-twin", "go", "null")


@pytest.fixture(scope="module")
def bench(up: str) -> subprocess.CompletedProcess[str]:
    """One run of two rounds, for all tests that only look at what a run leaves."""
    return command("make", "bench", f"SERVICES={','.join(NAMES)}", "SCENARIOS=hello,items", "MINUTES=0.2", "ROUNDS=2")


@pytest.fixture(scope="module")
def run(bench: subprocess.CompletedProcess[str]) -> Folder:
    return folder(bench.stdout)


def test_a_run_ends_well_with_a_table_per_scenario(bench: subprocess.CompletedProcess[str]) -> None:
    assert ended_well(bench)
    assert "conformance: " in bench.stderr
    assert "block " in bench.stderr
    lines = bench.stdout.splitlines()
    assert lines[0].startswith("run 20")
    assert [line for line in lines if line.startswith("hello: ")]
    assert [line for line in lines if line.startswith("items: ")]


def test_a_run_is_cut_into_rounds_with_the_services_restarted_between(
    bench: subprocess.CompletedProcess[str], run: Folder
) -> None:
    assert "round 1 of 2 is over: restarting the services" in bench.stderr
    assert {one.round for one in run.read_slices()} == {0, 1}
    assert run.read_run().resumed == []
    for scored in summary(run)["scenarios"].values():
        assert all(cell["errors"] == 0 for cell in scored["services"].values())


def test_a_run_leaves_records_in_the_shape_of_their_schemas(run: Folder) -> None:
    jsonschema.validate(json.loads((run.path / "run.json").read_text()), schema.of("run"))
    jsonschema.validate(summary(run), schema.of("summary"))
    for name, lines in (("slice", "slices.jsonl"), ("block", "blocks.jsonl")):
        validator = jsonschema.Draft202012Validator(schema.of(name))
        for line in (run.path / lines).read_text().splitlines():
            validator.validate(json.loads(line))


def test_the_numbers_of_the_summary_follow_from_the_slices(run: Folder) -> None:
    # Neither blocks that the host disturbed nor the last of a round, if it was cut, are in it.
    left_out = set(gates.dropped(run.read_run(), run.read_blocks()))
    services: dict[int, set[str]] = {}
    for one in run.read_slices():
        services.setdefault(one.block, set()).add(one.service)
    left_out |= {block for block, names in services.items() if not {"go", "starlette", "starlette-twin"} <= names}
    own = [one for one in run.read_slices() if one.service == "go" and one.scenario == "items"]
    slices = [one for one in own if not one.warmup and one.block not in left_out]
    cell = summary(run)["scenarios"]["items"]["services"]["go"]
    requests = sum(one.requests for one in slices)
    assert cell["requests"] == requests
    if len(slices) < 2:
        # The host disturbed all blocks.
        assert cell["throughput_per_second"] is None
        return
    assert cell["throughput_per_second"]["estimate"] == pytest.approx(requests / sum(one.seconds for one in slices))
    assert cell["cpu_us_per_request"]["estimate"] == pytest.approx(sum(one.cpu_us or 0 for one in slices) / requests)


def test_every_service_is_in_every_table_that_it_is_made_for(run: Folder) -> None:
    tables = {name: sorted(one["services"]) for name, one in summary(run)["scenarios"].items()}
    assert tables == {"hello": sorted(NAMES), "items": sorted(set(NAMES) - {"null"})}
    for one in summary(run)["scenarios"].values():
        for name, cell in one["services"].items():
            assert not faults(cell) or name == "null"
            assert cell["memory_bytes"]["idle"] > 1_000_000


def test_the_record_holds_limits_images_and_versions(run: Folder) -> None:
    told = run.read_run()
    assert told.host["engine"]["version"]
    assert told.host["cgroup_version"] in (1, 2)
    assert told.host["engine"]["images"]["starlette"] == told.host["engine"]["images"]["starlette-twin"]
    for member in told.services.values():
        assert member.about is not None
        assert member.about["limits"]["memory_bytes"] > 0
        assert member.about["base_image"] in told.host["engine"]["base_images"]
        assert member.memory_idle_bytes is not None


def test_no_service_but_the_ceiling_is_bound_by_the_generator(run: Folder) -> None:
    cells = summary(run)["scenarios"]["hello"]["services"]
    assert all("generator-bound" not in cell["reasons"] for name, cell in cells.items() if name != "null")


def test_every_block_has_its_conditions(run: Folder) -> None:
    blocks = {one.block: one for one in run.read_blocks()}
    for one in run.read_slices():
        assert blocks[one.block].scenario == one.scenario
    # What the services used is not counted as somebody else's.
    assert all(one.foreign_us is not None for one in blocks.values())


def test_judging_a_run_again_gives_the_same_summary(bench: subprocess.CompletedProcess[str], run: Folder) -> None:
    before = (run.path / "summary.json").read_bytes()
    done = command("make", "judge", f"RUN={run.name}")
    assert done.returncode == 0
    assert (run.path / "summary.json").read_bytes() == before
    assert done.stdout.splitlines()[0] == bench.stdout.splitlines()[0]


def test_the_newest_run_is_latest(run: Folder) -> None:
    assert (RESULTS / "latest").is_symlink()


@dataclass(frozen=True)
class Interrupted:
    """A run in which whoever else may send traffic or recreate containers has a try, and that ends by Ctrl-C."""

    folder: Folder
    output: str
    others: Mapping[str, subprocess.CompletedProcess[str]]
    latest: Path
    """After all of them."""


@pytest.fixture(scope="module")
def interrupted(up: str) -> Interrupted:
    wait_for_the_worker()
    measuring = Running("SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=3", "ROUNDS=1")
    measuring.await_blocks(60)
    others = {
        verb: command("make", verb, "SERVICES=starlette", *more)
        for verb, more in {"bench": ("MINUTES=0.1",), "conformance": (), "up": (), "footprint": ()}.items()
    }
    others["calibrate"] = command("make", "calibrate", "MINUTES=0.1", "PARTS=garbage")
    assert post("/swarm", user_count="4", spawn_rate="1000", services=["go"], scenarios=["hello"])["success"]
    try:
        wait_for(lambda: "another run is under way on this stand: make bench" in get("/exceptions"))
    finally:
        post("/stop")
    latest = (RESULTS / "latest").resolve()
    return Interrupted(measuring.folder, measuring.interrupt(), others, latest)


@pytest.mark.parametrize("verb", ["bench", "conformance", "up", "footprint", "calibrate"])
def test_whatever_would_disturb_a_run_is_refused_in_a_sentence(verb: str, interrupted: Interrupted) -> None:
    other = interrupted.others[verb]
    assert other.returncode != 0
    assert "levelground: another run is under way on this stand: make bench, since 20" in other.stderr
    # Nor did it touch the services of the run that was there first.
    assert not any(one.restarted or one.errors for one in interrupted.folder.read_slices())


def test_a_run_from_the_page_is_refused_meanwhile_and_leaves_no_record(interrupted: Interrupted) -> None:
    assert interrupted.latest == interrupted.folder.path


def test_an_interrupted_run_keeps_what_was_measured_and_shows_it(interrupted: Interrupted) -> None:
    measured = interrupted.folder
    assert "summary.json; interrupted" in interrupted.output
    assert folder(interrupted.output).name == measured.name
    # It was cut off within the warm-up or soon after it: the table is there all the same.
    assert set(summary(measured)["scenarios"]["hello"]["services"]) == {"starlette", "go"}
    assert len(list(measured.read_blocks())) > 60
    assert measured.read_run().ended == "interrupted"


@pytest.fixture(scope="module")
def killed(up: str) -> Folder:
    measuring = Running("SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=0.15", "ROUNDS=1")
    measuring.await_blocks(40)
    kill_everything(measuring)
    return measuring.folder


def test_a_run_of_which_every_part_was_killed_can_be_gone_on_with(killed: Folder) -> None:
    before = list(killed.read_slices())
    assert killed.read_run().ended is None
    done = command("make", "bench", f"RESUME={killed.name}")
    assert ended_well(done)
    assert folder(done.stdout).name == killed.name
    after = list(killed.read_slices())
    assert after[: len(before)] == before
    assert after[-1].round == 1
    told = killed.read_run()
    assert len(told.resumed) == 1
    assert told.ended == "time"
    # No block is missing but the one that was cut off and the last.
    services: dict[int, set[str]] = {}
    for one in after:
        services.setdefault(one.block, set()).add(one.service)
    missing = {block for block, names in services.items() if names != {"starlette", "go"}}
    assert missing <= {before[-1].block, after[-1].block}


def test_a_run_is_not_gone_on_with_on_another_stand(killed: Folder) -> None:
    told = killed.read_run()
    told.host["engine"]["images"]["go"] = "sha256:0"
    killed.write_run(told)
    before = (killed.path / "slices.jsonl").read_bytes()
    done = command("make", "bench", f"RESUME={killed.name}")
    assert done.returncode != 0
    assert f"the stand has changed since run {killed.name} was begun: go has another image" in done.stderr
    assert (killed.path / "slices.jsonl").read_bytes() == before
