"""What a run leaves behind: a folder in results/ with run.json and slices.jsonl, from which all else is computed.

Every slice is on disk before the next one begins: a killed run loses at most the slice in flight.
"""

import fcntl
import os
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

SCHEMA = 1
RESULTS = Path(os.environ.get("LEVELGROUND_RESULTS", "results"))


@dataclass(frozen=True)
class Slice:
    """A short burst of one scenario on one service: the unit of all statistics."""

    block: int
    scenario: str
    service: str
    warmup: bool
    start_seconds: float
    """Since the run's beginning."""
    seconds: float
    """From the first byte sent to the last byte received."""
    requests: int
    """Right answers."""
    received_bytes: int
    """Of all answers, headers included."""
    errors: dict[str, int]
    """What failed, by kind; a slice with errors counts for nothing else."""
    reconnects: int
    latency: dict[int, int]
    """Histogram of the right answers' latencies; see levelground/histogram.py for the buckets."""
    cpu_us: float | None
    """CPU time of the service's container between the slice's edges; null if its cgroup could not be read."""
    memory_bytes: int | None
    """Memory of the service's container at the slice's end; null as above."""
    generator_cpu_us: float
    """CPU time of the generator in the slice: near `seconds`, it and not the service is the bottleneck."""
    throttled: int = 0
    """Periods in which a CPU quota stopped the service in the slice."""
    example: str | None = None
    """The first failure in words."""
    round: int = 0


@dataclass(frozen=True)
class Member:
    """One service of a run, as it described itself before the first slice."""

    role: str
    about: dict[str, Any] | None
    """Its answer to GET /about; null if there was none."""
    problem: str | None = None
    """Why it was not measured at all, if so."""
    memory_idle_bytes: int | None = None
    twin_of: str | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    """Scenarios that it is not meant to answer, and why."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Scenarios that it answered wrongly before the first slice, and how; they are not measured."""


@dataclass(frozen=True)
class Run:
    """Everything about a run that is known before its first slice."""

    run: str
    started: str
    """UTC, ISO 8601."""
    command: str
    seed: int
    load: str
    connections: int
    slice_seconds: dict[str, float]
    lead_seconds: float
    """Of traffic right before each slice that is checked but not measured."""
    warmup_seconds: float
    minutes: float | None
    """In all rounds together; null: until stopped."""
    reference: str
    scenarios: dict[str, str]
    """SHA-256 of each scenario's byte stream."""
    services: dict[str, Member]
    host: dict[str, Any]
    """Kernel, CPU, cgroup version; engine and image ids as the host told them."""
    rounds: int = 1
    """Between two of them the services are restarted."""
    resumed: list[str] = field(default_factory=list)
    """When the run was gone on with, for another round or because it had been broken off."""
    schema: int = SCHEMA


class Busy(Exception):
    """Another measurement is under way on this stand."""


@contextmanager
def alone(results: Path = RESULTS) -> Iterator[None]:
    """Holds the stand for one measurement: two at once would measure each other. Raises Busy."""
    with (results / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("another run is under way on this stand (the web UI, or make bench): stop it first") from None
        yield


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Folder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, results: Path = RESULTS) -> "Folder":
        """A new folder, named by the time, and results/latest pointing at it."""
        name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}-{secrets.token_hex(2)}"
        folder = cls(results / name)
        folder.path.mkdir(parents=True)
        link = results / f".latest-{secrets.token_hex(2)}"
        link.symlink_to(name)
        link.replace(results / "latest")
        return folder

    @classmethod
    def of(cls, run: Run, results: Path = RESULTS) -> "Folder":
        """The folder of a run that was begun."""
        return cls(results / run.run)

    @property
    def name(self) -> str:
        return self.path.resolve().name

    def write_run(self, run: Run) -> None:
        self.write_json("run.json", run)

    def append(self, one: Slice) -> None:
        """Adds a slice and hands it to the operating system before it returns."""
        with (self.path / "slices.jsonl").open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(one) + b"\n")

    def write_json(self, name: str, value: object) -> None:
        """Replaces a file in one step: a reader sees the old one or the new one, never half of it."""
        path = self.path / name
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
        new.replace(path)

    def read_run(self) -> Run:
        """Raises FileNotFoundError, msgspec.ValidationError."""
        return msgspec.json.decode((self.path / "run.json").read_bytes(), type=Run)

    def last_slice(self) -> Slice | None:
        """None before the first."""
        newest = deque(self.read_slices(), maxlen=1)
        return newest[0] if newest else None

    def read_slices(self) -> Iterator[Slice]:
        """All slices that were written whole: the last line of a killed run may not have been."""
        path = self.path / "slices.jsonl"
        if not path.exists():
            return
        decoder = msgspec.json.Decoder(Slice)
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield decoder.decode(line)
