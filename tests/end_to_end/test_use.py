"""Wrong use, and hosts that cannot run the stand: one clear sentence with the cure, and the right exit code."""

import os
import re
import shlex
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, command
from tests.end_to_end.runs import ended_well

README = (ROOT / "README.md").read_text()
COMMANDS = sorted(set(re.findall(r"^ {4}(make [a-z]+.*)$", README, re.MULTILINE)))
ALIKE = ("SCENARIOS=hello", "MINUTES=0.05", "ROUNDS=1")
SLOW_OR_DESTRUCTIVE = ("test", "check", "lock", "clean", "down")


@pytest.mark.usefixtures("up")
@pytest.mark.parametrize("line", [one for one in COMMANDS if one.split()[1] not in SLOW_OR_DESTRUCTIVE])
def test_every_command_in_the_readme_works(line: str) -> None:
    words = shlex.split(line)
    if words[1] == "compare":
        for _ in range(2):
            assert ended_well(command("make", "bench", "SERVICES=starlette,go", *ALIKE))
    done = command(*words, *_shorter(words))
    assert ended_well(done) if " bench" in line else done.returncode == 0


def _shorter(words: Sequence[str]) -> Sequence[str]:
    """The same with less to measure; of two options of one name, make takes the last."""
    match words:
        case ["make", "bench"]:
            return ["MINUTES=0.1", "ROUNDS=1"]
        case ["make", "bench", *_]:
            return ["MINUTES=0.05", "ROUNDS=1", "SERVICES=starlette,go"]
        case ["make", "conformance", *_]:
            return ["SERVICES=go"]
        case ["make", "survey", *_]:
            return ["SERVICES=starlette,falcon"]
        case ["make", "hostile", *_]:
            return ["SERVICES=starlette"]
        case ["make", "footprint", *_]:
            return ["SERVICES=go", "REPEATS=1"]
        case ["make", "calibrate", *_]:
            return ["MINUTES=0.1", "PARTS=garbage"]
        case ["make", "compare", *_]:
            return ["SERVICES=go", "FAIL_ABOVE=1000%"]
    return []


def test_every_verb_of_the_makefile_is_listed_by_make_help() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    listed = set(re.findall(r"^  make ([a-z]+)", command("make").stdout, re.MULTILINE))
    assert verbs == listed


@pytest.mark.usefixtures("up")
def test_a_wrong_option_exits_with_2_and_names_the_right_ones() -> None:
    done = command("engine/stand", "bench", "SERVICE=flask")
    assert done.returncode == 2
    assert "unknown option SERVICE (there are: SERVICES, SCENARIOS, MINUTES, ROUNDS, CONNECTIONS, " in done.stderr


@pytest.mark.usefixtures("up")
def test_a_value_of_shell_characters_arrives_unchanged_and_runs_nothing(tmp_path: Path) -> None:
    value = f"$(touch {tmp_path}/a);touch {tmp_path}/b & `touch {tmp_path}/c` <\"'"
    done = command("make", "bench", f"MINUTES={value}")
    assert done.returncode == 2
    assert f"MINUTES={value}: it takes a number above 0" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_overlapping_cpus_are_refused_before_anything_starts() -> None:
    done = command("engine/stand", "up", SERVICE_CPUS="0-1", LOCUST_CPUS="0")
    assert done.returncode == 1
    assert "CPU 0 is both in SERVICE_CPUS and in LOCUST_CPUS" in done.stderr


def test_cpus_that_are_not_there_are_refused() -> None:
    done = command("engine/stand", "up", SERVICE_CPUS="4711")
    assert done.returncode == 1
    assert "CPU 4711 is asked for, but the engine has " in done.stderr


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = command("engine/stand", "up", LOCUST_PORT=port)
    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken by another program" in done.stderr


def test_a_host_without_an_engine_gets_the_commands_to_run() -> None:
    done = command("engine/ensure", ENGINE="none", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert done.returncode == 1
    assert "no Docker engine answers" in done.stderr
    assert "apt-get install docker.io" in done.stderr


def test_too_old_a_compose_is_named(tmp_path: Path) -> None:
    fake = tmp_path / "docker"
    fake.write_text('#!/bin/sh\ncase "$*" in "compose version --short") echo 2.5.0 ;; esac\n')
    fake.chmod(0o755)
    done = command("engine/ensure", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "Docker Compose 2.5.0 is too old: 2.24 or newer is needed" in done.stderr
