"""`make footprint` on real containers: what it prints and writes, and that it leaves the stand as it found it."""

import json
import os
import signal
import subprocess

import jsonschema
import pytest

from levelground.showing import schema
from levelground.stand import catalog
from tests.end_to_end.conftest import ROOT, command

pytestmark = pytest.mark.usefixtures("up")


def running() -> set[str]:
    return set(command("docker", "compose", "ps", "--services", "--status", "running").stdout.split())


def all_services() -> set[str]:
    return {service.name for service in catalog.read()}


def test_the_footprint_of_two_services_is_measured_printed_and_recorded() -> None:
    done = command("make", "footprint", "SERVICES=starlette,go", "REPEATS=2")
    assert done.returncode == 0
    assert "repeat 2 of 2 is over" in done.stderr
    assert done.stdout.splitlines()[0].startswith("footprint 20")
    report = json.loads((ROOT / "results" / "footprint" / "latest" / "footprint.json").read_text())
    jsonschema.validate(report, schema.of("footprint"))
    starlette, go = (report["services"][name] for name in ("starlette", "go"))
    for one in (starlette, go):
        assert one["missing"] == {}
        assert len(one["start_seconds"]["values"]) == 2
        assert 0 < one["memory_idle_bytes"]["estimate"] < 256 * 2**20
        assert one["idle_cpu_percent"]["estimate"] < 50
    assert starlette["memory_loaded_bytes"]["estimate"] > go["memory_loaded_bytes"]["estimate"]
    assert starlette["start_seconds"]["estimate"] > go["start_seconds"]["estimate"]
    assert starlette["language_packages"] > 5
    assert (go["language_packages"], go["system_packages"]) == (0, 0)
    told = command("docker", "image", "inspect", "--format", "{{.Size}}", starlette["image"]).stdout
    assert starlette["image_bytes"] == int(told)
    assert running() >= all_services()


def test_an_interrupted_footprint_leaves_every_service_running_and_no_container_behind() -> None:
    with subprocess.Popen(
        ["make", "footprint", "SERVICES=starlette", "REPEATS=9"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("9 repeats"):
                break
        # The service is being stopped now.
        os.killpg(process.pid, signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode != 0
    assert "interrupted before anything was measured" in output
    assert running() >= all_services()
    assert command("docker", "ps", "-aq", "--filter", "name=levelground-run-").stdout == ""
