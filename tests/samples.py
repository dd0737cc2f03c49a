"""Records and cells as a test needs them: everything plausible, but for what the test names."""

from dataclasses import replace
from typing import Any

from levelground.judging.summary import Cell, Memory
from levelground.model.interval import Interval
from levelground.model.record import Conditions, Member, Run, Slice

_SLICE = Slice(
    block=0,
    scenario="hello",
    service="starlette",
    warmup=False,
    start_seconds=1.0,
    seconds=0.03,
    requests=300,
    received_bytes=30_000,
    errors={},
    reconnects=0,
    latency={100: 300},
    cpu_us=27_000.0,
    memory_bytes=30_000_000,
    generator_cpu_us=9_000.0,
)


A_CALM_BLOCK = Conditions(
    block=0,
    scenario="hello",
    round=0,
    warmup=False,
    start_seconds=0.0,
    seconds=0.6,
    stolen_us=0.0,
    foreign_us=0.0,
    delayed_us=0.0,
)
"""Conditions in which nothing disturbed anything."""


def a_slice(**changes: Any) -> Slice:
    return replace(_SLICE, **changes)


def a_member(**changes: Any) -> Member:
    return replace(Member(role="contender", about={"framework": "x", "container": "0123456789ab"}), **changes)


def a_run(*services: str, **changes: Any) -> Run:
    run = Run(
        run="2026-01-01T00-00-00Z-0000",
        started="2026-01-01T00:00:00Z",
        command="bench",
        seed=1,
        load="closed",
        connections=16,
        slice_seconds={"hello": 0.03},
        lead_seconds=0.004,
        warmup_seconds=3.0,
        minutes=1.0,
        baseline=services[0],
        scenarios={"hello": "00"},
        services={name: a_member() for name in services},
        host={"kernel": "6.1", "architecture": "x86_64", "cpu": "CPU", "cpus": 2, "cgroup_version": 1, "engine": None},
    )
    return replace(run, **changes)


ONE = Interval(1.0, 1.0, 1.0)
_CELL = Cell(
    role="contender",
    valid=True,
    reasons=[],
    group="a",
    requests=1000,
    errors=0,
    throughput_per_second=Interval(801.2, 790.0, 812.0),
    throughput_ratio=ONE,
    cpu_us_per_request=Interval(1234.4, 1200.0, 1270.0),
    cpu_ratio=ONE,
    latency_us={"p50": 1000.0, "p99": 2000.0, "p999": 3000.0},
    memory_bytes=Memory(10 * 2**20, 20 * 2**20),
    twin_of=None,
)


def a_cell(**changes: Any) -> Cell:
    return replace(_CELL, **changes)
