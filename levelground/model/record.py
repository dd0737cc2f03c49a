"""The records of a run: what is known before its first slice, each slice, and the conditions of each block."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SCHEMA = 5
"""2 adds open loops, capacity and blocks.jsonl; the defaults of the new fields are true of a run of 1.

3 calls the baseline so; 1 and 2 call it the reference. Older runs are judged without intervals of percentiles.
4 adds the time to the first byte and scenarios with a number of connections of their own.
5 adds what services ask of the helpers and what that costs, and judges the time to the first byte.
"""


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
    """Histogram of the right answers' latencies; see levelground/model/histogram.py for the buckets."""
    cpu_us: float | None
    """CPU time of the service's container between the slice's edges; null if its cgroup could not be read."""
    memory_bytes: int | None
    """Memory of the service's container at the slice's end; null as above."""
    generator_cpu_us: float
    """CPU time of the generator in the slice, without waiting: near `seconds`, it is the bottleneck.

    Of several generator processes it is that of the busiest.
    """
    throttled: int = 0
    """Periods in which a CPU quota stopped the service in the slice."""
    example: str | None = None
    """The first failure in words."""
    round: int = 0
    starved: int = 0
    """Closed loop: connections that got no answer before the slice's time was over."""
    offered_per_second: float | None = None
    """The rate at which requests were due; null in a closed loop. `latency` then counts from when they were due."""
    offered: int = 0
    """Open loop: transactions that were due."""
    unanswered: int = 0
    """Open loop: requests that were given up; `latency` includes them with their age at that moment."""
    service_time: dict[int, int] = field(default_factory=dict)
    """Open loop: histogram of the right answers' latencies from when their requests were sent."""
    first_byte: dict[int, int] = field(default_factory=dict)
    """Streams and events: histogram of the times to the first byte of the right answers' bodies, counted as `latency`.

    Of a WebSocket message and of any other answer only the last byte is timed.
    """
    slip: dict[int, int] = field(default_factory=dict)
    """Open loop: histogram of how late the generator was, not counting the wait for a free connection."""
    out_of_memory: int = 0
    """Processes of the service that the kernel killed for lack of memory since its previous slice."""
    arrivals: str = ""
    """Closed loop: when the right answers arrived; see levelground/model/arrivals.py."""
    restarted: bool = False
    """Whether the service's container was restarted since its previous slice, within the round."""
    cpu_user_us: float | None = None
    """The part of `cpu_us` in the service's own code; null where the kernel tells it in ticks of 10 ms, if at all.

    Kernels split their exact total at their ticks, so only the sum over many slices is of use.
    """
    cpu_system_us: float | None = None
    """The part of `cpu_us` that the kernel spent for the service; null as above."""
    helper_cpu_us: dict[str, float] = field(default_factory=dict)
    """CPU time of each helper that the scenario needs, between the slice's edges; without those that do not tell."""
    due: dict[str, int] = field(default_factory=dict)
    """How often each helper had to be asked for the answers of the slice and its lead-in; empty if one was missing."""
    asked: dict[str, int] = field(default_factory=dict)
    """How often each helper was asked meanwhile, as it counted."""


@dataclass(frozen=True)
class Conditions:
    """What the host did during one block: a line of blocks.jsonl."""

    block: int
    scenario: str
    round: int
    warmup: bool
    start_seconds: float
    seconds: float
    stolen_us: float
    """Time in which the hypervisor ran something else on the services' and the generator's CPUs."""
    foreign_us: float | None
    """CPU time on the services' CPUs that no service of the run used; null if their cgroups could not be read."""
    delayed_us: float | None
    """Time in which the generator was ready to run and something else had its CPU; null if the kernel does not tell.

    Of several generator processes it is that of the one that waited longest.
    """
    helper_delay_us: float = 0.0
    """The part of `delayed_us` that is the helpers' at most: their CPU time, where they have the generator's CPUs."""
    known_work: str = ""
    """When pieces of known work were done on the services' CPUs, packed as a slice's arrivals; "": not measured."""


@dataclass(frozen=True)
class Member:
    """One service of a run, as it described itself before the first slice."""

    role: str
    about: dict[str, Any] | None
    """Its answer to GET /about; null if there was none."""
    problem: str | None = None
    """Why it was not measured at all; null: it was."""
    memory_idle_bytes: int | None = None
    twin_of: str | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    """Scenarios that it is not meant to answer, and why."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Scenarios that it answered wrongly before the first slice, and how; they are not measured."""
    wrong_later: dict[str, str] = field(default_factory=dict)
    """Scenarios that it answered wrongly only after a restart, and in which round and how."""
    declared: dict[str, str] = field(default_factory=dict)
    """Rows of the contract that it cannot fulfil, and why."""
    why: str | None = None
    """Why it runs on this server and with these settings, in a sentence or two."""
    memory_before_bytes: dict[str, int] = field(default_factory=dict)
    """Before it had the connections of a scenario with a number of its own, by scenario."""

    @property
    def cpus(self) -> list[int]:
        """The CPUs that it may run on, as it told; empty if it did not."""
        limits = (self.about or {}).get("limits") or {}
        return list(limits.get("cpus") or [])

    @property
    def at_once(self) -> int | None:
        """How many requests it serves at once; None if it knows no such bound."""
        about = self.about or {}
        return about["workers"] * about["threads"] if about.get("threads") else None

    def answers(self, scenario: str) -> bool:
        """Whether it is measured in a scenario."""
        return not (self.problem or scenario in self.wrong or scenario in self.left_out)


@dataclass(frozen=True)
class Instructions:
    """Instructions per request of one service in one scenario, as `make count` counted them."""

    estimate: float
    """The mean of its repeats."""
    spread: float
    """How far the repeats are apart, as a share of their mean."""


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
    """Of each scenario; the longest, where services have slices of their own lengths."""
    lead_seconds: float
    """Of traffic right before each slice that is checked but not measured."""
    minutes: float | None
    """In all rounds together; null: until stopped."""
    baseline: str
    """The service that ratios are to."""
    scenarios: dict[str, str]
    """SHA-256 of each scenario's byte stream."""
    services: dict[str, Member]
    host: dict[str, Any]
    """Kernel, CPU, cgroup version; engine and image ids as the host told them."""
    rounds: int = 1
    """The services are restarted between rounds."""
    generators: int = 1
    """Processes that sent, each a share of every service's connections."""
    warmup_seconds: float = 0.0
    """Older runs: length of the warm-up within each round's blocks. Now the warm-up comes before the blocks."""
    objective: str | None = None
    """What a rate has to meet in a search for capacity."""
    precision: float | None = None
    """The run ends when every ratio's interval is within so much of its estimate (0.01: ±1 %); null: by time alone."""
    saturated_per_second: dict[str, dict[str, float]] = field(default_factory=dict)
    """Answers per second in a closed loop before the first block, by scenario and service. Rates derive from it."""
    rates_per_second: dict[str, float] = field(default_factory=dict)
    """Open loop: requests per second, by scenario."""
    calibration: dict[str, str] | None = None
    """When this stand was last calibrated, and the findings in words; null: never."""
    service_seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    """Length of slices by scenario and service, where services have their own."""
    service_lead_seconds: dict[str, float] = field(default_factory=dict)
    """Services with a lead-in of their own."""
    window_answers: dict[str, int] = field(default_factory=dict)
    """Closed loop: how many answers make a window, by scenario: turns of all connections with requests of each kind."""
    instructions: dict[str, dict[str, Instructions]] = field(default_factory=dict)
    """The newest count of these very images when the run began, by scenario and service."""
    scenario_connections: dict[str, int] = field(default_factory=dict)
    """Scenarios with a number of connections of their own."""
    websockets: list[str] = field(default_factory=list)
    """Scenarios of messages: a latency of theirs is a message's round trip."""
    helpers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those that a scenario of the run needs, as they described themselves: their CPUs, versions, settings."""
    instrument: str | None = None
    """A hash of the code that measured; null: older runs."""
    ended: str | None = None
    """Why the run ended: time, precision, or interrupted; null: it was broken off."""
    resumed: list[str] = field(default_factory=list)
    """When the run was resumed after it had been broken off."""
    schema: int = SCHEMA

    def connections_in(self, scenario: str) -> int:
        """How many connections each service has in a scenario."""
        return self.scenario_connections.get(scenario, self.connections)


class TooNew(Exception):
    """A run that a later version has written; the message says so."""


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
