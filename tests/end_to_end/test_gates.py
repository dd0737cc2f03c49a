"""The gates on real containers: each fires for its reason, and none for a service that is well."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from levelground.model.folder import Folder
from tests.end_to_end.conftest import ROOT, command
from tests.end_to_end.runs import Running, faults, summary

pytestmark = pytest.mark.usefixtures("up")


def docker(*words: str) -> str:
    done = command("docker", *words)
    assert done.returncode == 0
    return done.stdout.strip()


def container(service: str) -> str:
    return docker("compose", "ps", "-q", service)


@pytest.fixture(scope="module")
def misfortunes(up: str) -> Iterator[Folder]:
    """One run in which five services have a misfortune each, and two have none."""
    names = "SERVICES=starlette,fastapi,falcon,blacksheep,tornado,quart,aiohttp"
    run = Running(names, "SCENARIOS=hello", "MINUTES=5", "ROUNDS=1")
    run.await_blocks(40)
    # Leaks: more memory than its limit. The kernel kills the leak, or the server.
    eater = "held = []\nwhile True: held.append(bytearray(16 << 20))"
    command("docker", "exec", container("falcon"), "python", "-c", eater)
    # Restarts: away for a moment, and back.
    docker("restart", "-t", "0", container("tornado"))
    # Sleeps for longer than a client waits.
    # The kernel may fail to freeze it on a busy host, so again.
    assert any(command("docker", "pause", container("quart")).returncode == 0 for _ in range(5))
    # Is stopped by a quota now and then.
    docker("update", "--cpu-period", "100000", "--cpu-quota", "10000", container("blacksheep"))
    time.sleep(5)
    docker("unpause", container("quart"))
    # A block may have waited for the sleeper all the time.
    run.await_blocks(run.blocks() + 5)
    docker("update", "--cpu-quota", "-1", container("blacksheep"))
    # Dies.
    docker("kill", container("aiohttp"))
    run.await_blocks(run.blocks() + 20)
    run.interrupt()
    yield run.folder
    assert command("docker", "compose", "up", "-d", "aiohttp", "falcon").returncode == 0


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("falcon", "out of memory"),
        ("tornado", "restarted"),
        ("quart", "errors"),
        ("blacksheep", "throttled"),
        ("aiohttp", "errors"),
    ],
)
def test_a_misfortune_is_named(misfortunes: Folder, service: str, kind: str) -> None:
    cell = summary(misfortunes)["scenarios"]["hello"]["services"][service]
    # Failures in blocks that the host disturbed are not the service's.
    assert kind in faults(cell) or (kind == "errors" and "too noisy" in cell["reasons"])


def test_services_without_a_misfortune_have_no_fault(misfortunes: Folder) -> None:
    cells = summary(misfortunes)["scenarios"]["hello"]["services"]
    assert not faults(cells["starlette"])
    assert not faults(cells["fastapi"])
    assert cells["fastapi"]["requests"] > 0


@contextmanager
def a_hog(cpus: str) -> Iterator[None]:
    """Something that has nothing to do with the stand takes these CPUs."""
    words = ("run", "-d", "--rm", "--cpuset-cpus", cpus, "--label", "com.docker.compose.project=levelground")
    hog = docker(*words, "levelground-locust", "sh", "-c", "while :; do :; done")
    try:
        yield
    finally:
        docker("kill", hog)


def test_what_else_runs_on_the_measuring_cpus_is_seen_and_makes_a_run_too_noisy() -> None:
    knobs = dict(line.split("=", 1) for line in (ROOT / ".env").read_text().splitlines() if "=" in line)
    run = Running("SERVICES=starlette,go", "SCENARIOS=hello", "MINUTES=0.4", "ROUNDS=1")
    run.await_blocks(60)
    calm = run.blocks()
    with a_hog(os.environ.get("LOCUST_CPUS", knobs["LOCUST_CPUS"])):
        time.sleep(8)
    with a_hog(os.environ.get("SERVICE_CPUS", knobs["SERVICE_CPUS"])):
        time.sleep(8)
    output = run.finish()
    scored = summary(run.folder)["scenarios"]["hello"]
    assert scored["dropped"]["something else on the generator's CPU"] > 10
    assert scored["dropped"]["something else on the services' CPUs"] > 10
    assert calm > 0
    assert scored["too_noisy"]
    assert all(cell["reasons"][0] == "too noisy" for cell in scored["services"].values())
    assert "too noisy: " in output
    assert run.process.returncode != 0
