"""`make count` on real containers: what it prints and writes, and that it leaves nothing behind."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from levelground.model.count import LARGEST_SPREAD
from levelground.showing import schema
from tests.end_to_end.conftest import ROOT, command

pytestmark = pytest.mark.usefixtures("up")


def left_behind() -> str:
    return command("docker", "ps", "-aq", "--filter", "name=levelground-count-").stdout


@pytest.fixture(scope="module")
def counted(up: str) -> tuple[str, Mapping[str, Any]]:
    """What was printed, and the report: of Python, of a service alone in its image, and of one with one scenario."""
    done = command("make", "count", "SERVICES=starlette,go,null", "SCENARIOS=hello,json")
    assert done.returncode == 0
    return done.stdout, json.loads((ROOT / "results" / "count" / "latest" / "count.json").read_text())


def test_the_instructions_of_a_request_are_counted_and_recorded(
    counted: tuple[str, Mapping[str, Any]],
) -> None:
    output, report = counted
    assert output.splitlines()[0].startswith("count 20")
    jsonschema.validate(report, schema.of("count"))
    starlette = report["services"]["starlette"]
    found = starlette["scenarios"]["hello"]
    # A busy host moves it a little, and the table says so.
    assert found["spread"] < 10 * LARGEST_SPREAD
    is_too_wide = found["spread"] > LARGEST_SPREAD
    assert f"{100 * found['spread']:.3f} %{' (too wide)' if is_too_wide else ''}" in output
    assert 50_000 < found["instructions_per_request"] < 500_000
    assert len(found["repeats"]) == 2
    told = command("docker", "compose", "images", "--format", "json", "starlette").stdout
    assert starlette["image"].removeprefix("sha256:")[:12] in told
    assert left_behind() == ""


def test_a_service_alone_in_its_image_and_one_that_knows_one_scenario_are_counted_too(
    counted: tuple[str, Mapping[str, Any]],
) -> None:
    output, report = counted
    assert list(report["services"]["go"]["scenarios"]) == ["hello", "json"]
    assert list(report["services"]["null"]["scenarios"]) == ["hello"]
    assert "no count in json, not part of what it answers: null" in output


def test_an_interrupted_count_leaves_no_container_behind() -> None:
    with subprocess.Popen(
        ["make", "count", "SERVICES=go,null"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(("go: ", "null: ")):
                break
        # The other one is being counted now.
        os.killpg(process.pid, signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode != 0
    assert "count.json (interrupted)" in output
    assert left_behind() == ""
    assert command("docker", "ps", "-aq", "--filter", "name=levelground-run-").stdout == ""
