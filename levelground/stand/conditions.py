"""What the host does while services are measured, read at the edges of blocks."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from levelground.model.record import Conditions
from levelground.stand import host


class Meter:
    """Reads the host's counters from block to block."""

    def __init__(
        self,
        service_cpus: Iterable[int],
        used_us: Callable[[], Mapping[str, float]],
        generators: Sequence[int] = (),
        helpers_us: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        """`used_us` tells the CPU time that each service has used so far, of those whose cgroup can be read.

        `generators` are the process ids of generators beside the calling thread. `helpers_us` tells the same of each
        helper that may run on a generator's CPU.
        """
        self._generators = generators
        self._helpers_us = helpers_us
        self._service_cpus = frozenset(service_cpus)
        self._generator_cpus = frozenset(os.sched_getaffinity(0))
        self._used_us = used_us
        self.start()

    def start(self) -> None:
        """From here on, everything belongs to the next block."""
        self._began = time.monotonic()
        self._services = host.cpus(self._service_cpus)
        self._stolen = host.cpus(self._service_cpus | self._generator_cpus).stolen_us
        self._used = self._used_us()
        self._delayed = [host.delayed_us(process) for process in (None, *self._generators)]
        self._helped = self._helpers_us()

    def finish(self, block: int, scenario: str, round: int, warmup: bool, origin: float) -> Conditions:
        """The conditions since `start`; `origin` is when the run began, on the monotonic clock."""
        began, services, stolen, used, delayed, helped = (
            self._began,
            self._services,
            self._stolen,
            self._used,
            self._delayed,
            self._helped,
        )
        self.start()
        delays = [
            now - then for now, then in zip(self._delayed, delayed, strict=True) if now is not None and then is not None
        ]
        spent = _spent(used, self._used)
        return Conditions(
            block=block,
            scenario=scenario,
            round=round,
            warmup=warmup,
            start_seconds=began - origin,
            seconds=self._began - began,
            stolen_us=self._stolen - stolen,
            foreign_us=max(0.0, self._services.busy_us - services.busy_us - spent) if used else None,
            delayed_us=max(delays, default=None),
            helper_delay_us=_spent(helped, self._helped),
        )


def _spent(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Of all together; one that came or went in the block has no difference."""
    return sum(max(0.0, now - before[name]) for name, now in after.items() if name in before)
