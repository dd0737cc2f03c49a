"""Runs of `make bench` as tests look at them: each is known by its own name, which it prints, never by `latest`."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from typing import Any

from levelground.model.folder import Folder
from tests.end_to_end.conftest import ROOT, command

RESULTS = ROOT / "results"
HOST_REASONS = ("too noisy", "too few blocks", "late")
"""What a busy host may do to any cell: no fault of the service, nor of the code under test."""


def folder(output: str) -> Folder:
    """The folder of the run whose command printed this."""
    names = re.findall(r"^results/(\S+): run\.json, ", output, re.MULTILINE)
    assert len(names) == 1, output
    return Folder(RESULTS / names[0])


def summary(of: Folder) -> Any:
    return json.loads((of.path / "summary.json").read_text())


def faults(cell: Mapping[str, Any]) -> dict[str, str]:
    """Why a cell is invalid, by kind, but for what the host did."""
    reasons = {kind: detail for kind, _, detail in (reason.partition(": ") for reason in cell["reasons"])}
    return {kind: detail for kind, detail in reasons.items() if kind not in HOST_REASONS}


def ended_well(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a run succeeded, or failed for nothing but the host's noise, which its own table then says."""
    if done.returncode == 0:
        return True
    cells = [
        cell for scored in summary(folder(done.stdout))["scenarios"].values() for cell in scored["services"].values()
    ]
    own = [cell for cell in cells if cell["role"] != "control"]
    return not any(faults(cell) for cell in own) and any(cell["reasons"] for cell in own)


class Running:
    """A run under way, in a process group of its own like a command in a terminal."""

    def __init__(self, *options: str) -> None:
        before = set(RESULTS.glob("20*"))
        self.process = subprocess.Popen(
            ["make", "bench", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 180
        while not (new := [one for one in set(RESULTS.glob("20*")) - before if (one / "slices.jsonl").exists()]):
            assert time.monotonic() < deadline, "the run did not begin"
            assert self.process.poll() is None, self.process.communicate()[0]
            time.sleep(0.2)
        (path,) = new
        self.folder = Folder(path)

    def blocks(self) -> int:
        """How many there are by now."""
        return max((one.block for one in self.folder.read_slices()), default=0)

    def await_blocks(self, blocks: int) -> None:
        while self.blocks() < blocks:
            assert self.process.poll() is None, self.process.communicate()[0]
            time.sleep(0.2)

    def interrupt(self) -> str:
        """Ctrl-C; returns what was printed."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.finish()

    def finish(self) -> str:
        output, _ = self.process.communicate(timeout=180)
        print(output)
        return output


def kill_everything(run: Running) -> None:
    """kill -9 for the command, whatever it started, and the container that measures."""
    os.killpg(run.process.pid, signal.SIGKILL)
    measuring = command("docker", "ps", "-q", "--filter", "name=levelground-run-").stdout.split()
    assert command("docker", "kill", *measuring).returncode == 0
    run.process.communicate(timeout=60)
