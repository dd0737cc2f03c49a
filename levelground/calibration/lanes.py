"""One container in several states that take turns, block after block, as services do in a run.

One process for all of them, because two of one image differ by some percent until they are restarted: so what is
calibrated is the instrument alone.
"""

import gc
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from time import monotonic
from typing import Any

import numpy as np

from levelground.judging import gates, undisturbed
from levelground.judging.undisturbed import Floats
from levelground.measuring import measurement, yardstick
from levelground.measuring.target import Target
from levelground.measuring.yardstick import Yardstick
from levelground.model import arrivals, record
from levelground.model.interval import Interval
from levelground.stand import catalog, host, probe
from levelground.stand.conditions import Meter
from levelground.traffic import client, rates, scenario, schedule

CONNECTIONS = 16
SEED = 1
RESAMPLES = 200
"""Enough for intervals of single ratios, over far more blocks than a run has."""
SLOWED = catalog.Service("starlette-slowed", "control", 0)
"""services/starlette-slowed/slowed.py says which states it has."""


@dataclass(frozen=True)
class Seen:
    """What blocks of slices came to: in each list an entry for every block that was not dropped."""

    gaps: Mapping[str, Sequence[Floats]]
    """Between answers in µs, by lane."""
    rates: Mapping[str, Floats]
    """Answers per second, by lane."""
    pieces: Sequence[Floats]
    """Known work, in µs."""
    garbage_share: Mapping[str, float]
    """Of the slices' time, by lane: what was spent on making and collecting garbage."""
    seconds: float
    blocks: int
    dropped: Mapping[int, str]
    """Blocks that have no entry, and why."""

    def cost(self, name: str) -> Interval | None:
        """Undisturbed µs per answer."""
        return undisturbed.each(self._costs([name], slice(None)))[0]

    def speed(self, name: str, base: str, blocks: slice = slice(None)) -> Interval | None:
        """Undisturbed speed by that of another lane, in some of the blocks."""
        return undisturbed.ratios(self._costs([base, name], blocks), 0)[1]

    def _costs(self, names: Sequence[str], blocks: slice) -> undisturbed.Costs:
        gaps = [self.gaps[name][blocks] for name in names]
        return undisturbed.costs([gaps], [self.pieces[blocks]], CONNECTIONS, SEED, RESAMPLES)


def measure(states: Mapping[str, str], seconds: float) -> Seen:
    """Blocks with a slice in every state; each state is what is PUT to the container before its slices."""
    probe.await_all([SLOWED], probe.START_SECONDS)
    target = Target(SLOWED, probe.inside)
    target.connect()
    (hello,) = scenario.select(scenario.read(), ["hello"])
    target.scripts["hello"] = target.endpoint.learn(hello.render(SEED, CONNECTIONS))
    with closing(target), closing(Yardstick(probe.resolve(yardstick.ADDRESS))) as known:
        lengths = {}
        for name, state in states.items():
            put(state)
            rate = target.warm_up("hello", CONNECTIONS, lambda: None)
            lengths[name] = rates.closed_seconds(measurement.SLICE_SECONDS, CONNECTIONS, CONNECTIONS, rate)
        return _measure(target, known, states, lengths, seconds)


def _measure(
    target: Target, known: Yardstick, states: Mapping[str, str], lengths: Mapping[str, float], seconds: float
) -> Seen:
    def used() -> dict[str, float]:
        spent = target.read()
        return known.used_us() | ({SLOWED.name: spent.cpu_us} if spent else {})

    meter = Meter(target.cpus, used)
    conditions: list[record.Conditions] = []
    bursts: list[dict[str, client.Burst]] = []
    pieces: list[Floats] = []
    garbage_ns = dict.fromkeys(states, 0)
    began = monotonic()
    for block in schedule.blocks(SEED, {"hello": list(states)}, 0):
        if monotonic() >= began + seconds:
            break
        of_block: dict[str, client.Burst] = {}
        before: str | None = None
        for name in block.order:
            told = put(states[name])
            if before:
                garbage_ns[before] += told
            before = name
            target.prepare("hello", CONNECTIONS)
            _burst(target, block, measurement.LEAD_SECONDS)
            of_block[name] = _burst(target, block, lengths[name])
        pieces.append(arrivals.unpack(known.work(max(lengths.values()))))
        gc.collect(0)
        conditions.append(meter.finish(block.number, block.scenario, 0, False, began))
        bursts.append(of_block)
    took = monotonic() - began
    dropped = gates.disturbed(conditions, len(target.cpus | set(host.describe()["generator_cpus"])))
    kept = [row for row, one in enumerate(conditions) if one.block not in dropped]
    # The lead-ins make garbage too, and last so much beside the slices.
    lead = measurement.LEAD_SECONDS
    return Seen(
        gaps={name: [arrivals.unpack(arrivals.pack(bursts[row][name].arrivals_ns)) for row in kept] for name in states},
        rates={
            name: np.array([bursts[row][name].answers / bursts[row][name].seconds for row in kept]) for name in states
        },
        pieces=[pieces[row] for row in kept],
        garbage_share={
            name: garbage_ns[name] / 1e9 / max(1e-9, sum(lead + one[name].seconds for one in bursts)) for name in states
        },
        seconds=took,
        blocks=len(bursts),
        dropped=dropped,
    )


def put(state: str) -> int:
    """Sets a state; returns for how many nanoseconds the one before made and collected garbage."""
    return int(ask("PUT", state))


def ask(method: str, path: str) -> Any:
    """What the container answers, decoded. Raises RuntimeError, OSError."""
    connection = HTTPConnection(*probe.inside(SLOWED), timeout=client.TIMEOUT_SECONDS)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{method} {path} was answered with {response.status} {body[:80]!r}")
        return json.loads(body)
    finally:
        connection.close()


def _burst(target: Target, block: schedule.Block, seconds: float) -> client.Burst:
    burst = target.burst(block, seconds, None)
    if burst.errors:
        raise RuntimeError(f"{target.service.name} failed: {burst.example}")
    return burst
