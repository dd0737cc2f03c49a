"""Which CPUs the engine's side gives to whom, with a docker that only says what it was told."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_DOCKER = """#!/bin/bash
case "$*" in
  'compose version --short') echo 2.40.0 ;;
  info*) echo "$FAKE_CPUS" ;;
  # The container that measures asks for the stand, and ends with the answer.
  'compose run '*) echo 'engine: up'; read -r answer; [[ $answer == done* ]] ;;
  # No further, so that nothing is written down of a stand that there is not.
  'compose --progress quiet up -d') echo "helpers on $HELPER_CPUS" >&2; exit 1 ;;
esac
"""


def up(folder: Path, cpus: int, **knobs: str) -> str:
    """What `engine/stand up` says on a host with so many CPUs, in a copy: a run on this stand would refuse it."""
    shutil.copytree(ROOT / "engine", folder / "engine")
    shutil.copy(ROOT / ".env", folder)
    docker = folder / "docker"
    docker.write_text(_DOCKER)
    docker.chmod(0o755)
    own = {"PATH": f"{folder}:{os.environ['PATH']}", "FAKE_CPUS": str(cpus)}
    done = subprocess.run(
        [folder / "engine" / "stand", "up"], env=os.environ | own | knobs, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize(
    ("cpus", "knobs", "helpers"),
    [
        (2, {}, "0"),
        (3, {}, "0"),
        (4, {}, "2,3"),
        (8, {"SERVICE_CPUS": "2-3", "LOCUST_CPUS": "0,4"}, "1,5"),
        (4, {"SERVICE_CPUS": "2-3", "LOCUST_CPUS": "0"}, "1"),
        (4, {"SERVICE_CPUS": "2-3", "LOCUST_CPUS": "0-1"}, "0,1"),
        (8, {"HELPER_CPUS": "7"}, "7"),
    ],
)
def test_helpers_have_cpus_of_their_own_where_there_are_enough(
    tmp_path: Path, cpus: int, knobs: dict[str, str], helpers: str
) -> None:
    assert f"helpers on {helpers}\n" in up(tmp_path, cpus, **knobs)


@pytest.mark.parametrize(
    ("cpus", "knobs", "complaint"),
    [
        (4, {"HELPER_CPUS": "1-2"}, "CPU 1 is both in SERVICE_CPUS and in HELPER_CPUS: "),
        (4, {"HELPER_CPUS": "4"}, "CPU 4 is asked for, but the engine has 4 (0 to 3)"),
        (4, {"HELPER_CPUS": "two"}, "HELPER_CPUS=two is no list of CPUs: write it like 0 or 2-3, or leave it empty"),
        (4, {"SERVICE_CPUS": "1,3", "LOCUST_CPUS": "0,3"}, "CPU 3 is both in SERVICE_CPUS and in LOCUST_CPUS"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(
    tmp_path: Path, cpus: int, knobs: dict[str, str], complaint: str
) -> None:
    said = up(tmp_path, cpus, **knobs)
    assert complaint in said
    assert "helpers on" not in said
