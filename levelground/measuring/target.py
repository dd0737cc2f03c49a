"""One service as a measurement sees it: its connections, its learned answers, its cgroup, and whether it is away."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levelground.stand import catalog, cgroup, host, probe
from levelground.traffic import client, pool, schedule
from levelground.traffic.crew import Crew

WARM_BURST_SECONDS = 0.025
COLDEST = 4
"""The fewest bursts of a warm-up."""
LONGEST_WARM_UP_SECONDS = 2.0
"""In each scenario, of traffic alone."""
FASTER = 0.03
"""A service is warm when twice as much traffic makes its fastest moments at most this much faster."""
LONGEST_ABSENCE_BLOCKS = 64


@dataclass(frozen=True)
class Counters:
    cpu_us: float
    throttled: int
    user_and_system_us: tuple[float, float] | None = None

    def __sub__(self, before: "Counters") -> "Counters":
        now, then = self.user_and_system_us, before.user_and_system_us
        return Counters(
            self.cpu_us - before.cpu_us,
            self.throttled - before.throttled,
            (now[0] - then[0], now[1] - then[1]) if now and then else None,
        )


class Target:
    """One service in a run: its connections, its learned answers, its cgroup, and whether it is away."""

    def __init__(
        self,
        service: catalog.Service,
        address_of: Callable[[catalog.Service], probe.Address],
        endpoint_of: Callable[[probe.Address], client.Endpoint | Crew] = client.Endpoint,
        cgroups: Path = cgroup.HOST,
    ) -> None:
        self.service = service
        self.scripts: dict[str, tuple[client.Script, ...]] = {}
        self.endpoint: client.Endpoint | Crew
        self.cpus: frozenset[int] = frozenset()
        """The CPUs that it may run on, as it told."""
        self.address = address_of(service)
        """Resolved once it was connected to."""
        self._address_of = address_of
        self._endpoint_of = endpoint_of
        self._cgroups = cgroups
        self._group: cgroup.Group | None = None
        self._identity: int | None = None
        self._kills = self._host_kills = 0
        self._refusal: client.NoAnswer | None = None
        self._failures = 0
        self._back_at_block = 0

    def connect(self) -> dict[str, Any]:
        """Finds the service and its cgroup, at the beginning and after it was away. Raises NotUp."""
        about = probe.about(self._address_of(self.service))
        self.cpus = cpus(about)
        try:
            self._group = cgroup.find(str(about.get("container")), self._cgroups)
        except cgroup.NotFound:
            self._group = None
        if self._identity is None:
            self.fate(failed=False)
        self.close()
        self.address = probe.resolve(self._address_of(self.service))
        self.endpoint = self._endpoint_of(self.address)
        return about

    @property
    def has_cgroup(self) -> bool:
        """Whether its cgroup was found when it was connected to."""
        return self._group is not None

    def prepare(self, scenario: str, connections: int) -> None:
        """Opens what a scenario needs, outside the measured time; a refusal is kept for `burst` to report."""
        self._refusal = None
        try:
            if self._failures:
                self.connect()
            self.endpoint.prepare(connections, pool.websocket(self.scripts.get(scenario, ())))
        except probe.NotUp as error:
            self._refusal = client.NoAnswer("refused", str(error))
        except client.NoAnswer as error:
            self._refusal = error

    def part(self, connections: int) -> None:
        """Leaves so many connections, and the service at rest."""
        self.endpoint.part(connections)

    def burst(self, block: schedule.Block, seconds: float, due: Sequence[int] | None) -> client.Burst:
        """Traffic for so long: at the times in `due`, or as fast as answers come if it is None."""
        if self._refusal is not None:
            return client.Burst(errors=Counter({self._refusal.kind: 1}), example=str(self._refusal))
        scripts = self.scripts[block.scenario]
        if due is None:
            return self.endpoint.burst(scripts, block.turn, seconds)
        return self.endpoint.release(scripts, block.turn, due, seconds)

    def warm_up(self, scenario: str, connections: int, give_way: Callable[[], None]) -> float:
        """Traffic as fast as answers come, until twice as much of it makes the service no faster. Raises NoAnswer.

        Returns answers per second in the best burst of the last half. Compares the fastest moments, since the host
        slows all others: one stall must neither end the warm-up early nor make a service's slices long.
        """
        bursts: list[client.Burst] = []
        wanted, before = COLDEST // 2, math.inf
        websocket = pool.websocket(self.scripts[scenario])
        while True:
            while len(bursts) < wanted:
                self.endpoint.prepare(connections, websocket)
                bursts.append(self.endpoint.burst(self.scripts[scenario], len(bursts), WARM_BURST_SECONDS))
                give_way()
            half = bursts[wanted // 2 :]
            seconds = sum(one.seconds for one in half)
            now = min(_fastest(one.arrivals_ns, connections) for one in half)
            if any(one.errors for one in half) or (1 + FASTER) * now >= before or seconds > LONGEST_WARM_UP_SECONDS / 2:
                return max((one.answers / one.seconds for one in half if one.seconds), default=0.0)
            wanted, before = 2 * wanted, now

    def read(self) -> Counters | None:
        """What its cgroup counts now; None if it cannot be read."""
        with suppress(OSError, ValueError):
            if self._group:
                return Counters(self._group.cpu_us(), self._group.throttled(), self._group.user_and_system_us())
        return None

    def memory_bytes(self) -> int | None:
        """Its memory in use now; None if it cannot be read."""
        with suppress(OSError, ValueError):
            return self._group.memory_bytes() if self._group else None
        return None

    def fate(self, *, failed: bool) -> tuple[int, bool]:
        """OOM kills since the last call, and whether it restarted.

        A container that is gone has no counters: if it has `failed`, the host's kills since then are taken for its own.
        """
        kills, identity, host_kills = 0, self._identity, host.out_of_memory_kills()
        own = False
        with suppress(OSError, ValueError):
            if self._group:
                identity, kills, own = self._group.identity(), self._group.out_of_memory(), True
        restarted = self._identity not in (None, identity)
        if own and not restarted:
            killed = kills - self._kills
        else:
            killed = host_kills - self._host_kills if failed or restarted else 0
        self._kills, self._host_kills, self._identity = kills, host_kills, identity
        return killed, restarted

    def settle(self, block: int, *, failed: bool) -> None:
        """After each slice without any right answer, leaves the service alone for twice as long."""
        self._failures = self._failures + 1 if failed else 0
        if failed:
            self._back_at_block = block + min(2**self._failures, LONGEST_ABSENCE_BLOCKS)

    def is_absent(self, block: schedule.Block) -> bool:
        return block.number < self._back_at_block or block.scenario not in self.scripts

    def close(self) -> None:
        if hasattr(self, "endpoint"):
            self.endpoint.close()


def cpus(about: Mapping[str, Any]) -> frozenset[int]:
    """The CPUs that a service may run on; empty if it does not tell."""
    return frozenset((about.get("limits") or {}).get("cpus") or ())


def _fastest(arrivals_ns: Sequence[int], connections: int) -> float:
    """Nanoseconds per answer in the fastest four turns of all connections; infinite if there were fewer answers."""
    turns = 4 * connections
    return min((b - a for a, b in zip(arrivals_ns, arrivals_ns[turns:], strict=False)), default=math.inf) / turns
