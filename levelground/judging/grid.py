"""One scenario's slices as matrices of blocks × services: what every comparison of services starts from.

Pure. Rows are the blocks that count, in the order of time; an entry is NaN where a service has no good slice.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np

from levelground.judging import gates, undisturbed
from levelground.judging.statistics import Floats, Ints
from levelground.model import arrivals, histogram, trials
from levelground.model.record import Run, Slice
from levelground.model.trials import Trials

_HELD_BACK = (gates.GENERATOR_BOUND, gates.HELPER_BOUND)


class Grid:
    """The blocks of one scenario, without the warm-up and without blocks that were broken off."""

    def __init__(
        self,
        run: Run,
        scenario: str,
        slices: Sequence[Slice],
        disturbed: Mapping[int, str],
        known: Mapping[int, str],
        memory: undisturbed.Memory | None = None,
        unpack: Callable[[str], Floats] = arrivals.unpack,
    ) -> None:
        """`slices` may include other scenarios. `disturbed` says by block why it is dropped, `known` its known work.

        Who makes a grid of the same run again and again gives it the same `memory`, and an `unpack` that remembers.
        """
        self.run, self.scenario = run, scenario
        slices = _whole(run, scenario, [one for one in slices if one.scenario == scenario and not one.warmup])
        self.measured = {one.block for one in slices}
        self.disturbed = {block: why for block, why in disturbed.items() if block in self.measured}
        self.names = [name for name, member in run.services.items() if scenario not in member.left_out]
        self.baseline = self.names.index(run.baseline) if run.baseline in self.names else 0
        """Its column."""
        self._known = known
        self._memory, self._unpack = memory, unpack
        self._row = {block: row for row, block in enumerate(sorted(self.measured.difference(self.disturbed)))}
        every: dict[str, list[Slice]] = {name: [] for name in self.names}
        for one in slices:
            every[one.service].append(one)
        self.reasons = {
            name: gates.verdict(run, name, scenario, own, self.measured, self.disturbed) for name, own in every.items()
        }
        """Why a service's cell is invalid; empty if it is valid."""
        self.of_service = {name: [one for one in own if one.block in self._row] for name, own in every.items()}
        """Slices in blocks that count, good or not."""
        self.good = {name: [one for one in own if gates.is_good(one)] for name, own in self.of_service.items()}
        # What only the generator or a helper held back is still compared; what failed is not.
        self.compared = np.array(
            [all(reason.startswith(_HELD_BACK) for reason in self.reasons[name]) for name in self.names], dtype=bool
        )

    @property
    def too_noisy(self) -> bool:
        return gates.is_too_noisy(len(self.measured), len(self.disturbed))

    @property
    def helpers(self) -> list[str]:
        """Those whose CPU time was read."""
        return sorted({name for own in self.good.values() for one in own for name in one.helper_cpu_us})

    @cached_property
    def rounds(self) -> Ints:
        """The round of each row."""
        rounds = np.zeros(len(self._row), dtype=np.int64)
        for own in self.of_service.values():
            for one in own:
                rounds[self._row[one.block]] = one.round
        return rounds

    @cached_property
    def requests(self) -> Floats:
        return self.matrix(lambda one: one.requests)

    @cached_property
    def seconds(self) -> Floats:
        return self.matrix(lambda one: one.seconds)

    @cached_property
    def cpu_us(self) -> Floats:
        return self.matrix(lambda one: one.cpu_us)

    @cached_property
    def throughput(self) -> Floats:
        """Requests per second of services that are compared."""
        return np.where(self.compared, self.requests / self.seconds, np.nan)

    @cached_property
    def cpu_per_request(self) -> Floats:
        """In µs, of services that are compared."""
        return np.where(self.compared & (self.cpu_us > 0), self.cpu_us / self.requests, np.nan)

    @cached_property
    def outcome(self) -> Floats:
        """Throughput, or in an open loop the mean latency, of services that are compared."""
        if self.run.load != "open":
            return self.throughput
        return np.where(self.compared, self.matrix(lambda one: histogram.mean_us(one.latency)), np.nan)

    def matrix(self, value: Callable[[Slice], float | None]) -> Floats:
        """A number of every good slice; NaN where it is None."""
        result = np.full((len(self._row), len(self.names)), np.nan)
        for column, name in enumerate(self.names):
            for one in self.good[name]:
                if (number := value(one)) is not None:
                    result[self._row[one.block], column] = number
        return result

    def costs(self, resamples: int = undisturbed.RESAMPLES) -> undisturbed.Costs | None:
        """The undisturbed costs; None if arrivals were not recorded, or the load is none that saturates."""
        answers = self.run.window_answers.get(self.scenario)
        if not answers or not self._row or self.run.load != "closed":
            return None
        labels = np.unique(self.rounds).tolist()
        arrived = [self._arrivals(column) for column in range(len(self.names))]
        known = [self._unpack(self._known.get(block, "")) for block in self._row]
        rows = [np.flatnonzero(self.rounds == label).tolist() for label in labels]
        gaps = [[[of_service[row] for row in of_round] for of_service in arrived] for of_round in rows]
        pieces = [[known[row] for row in of_round] for of_round in rows]
        return undisturbed.costs(gaps, pieces, answers, self.run.seed, resamples, self._memory)

    def _arrivals(self, column: int) -> list[Floats]:
        """The gaps between a service's answers in each row; empty where it has no good slice or is not compared."""
        gaps: list[Floats] = [np.empty(0)] * len(self._row)
        for one in self.good[self.names[column]] if self.compared[column] else ():
            gaps[self._row[one.block]] = self._unpack(one.arrivals)
        return gaps

    def known_work(self) -> list[Floats]:
        """Pieces of known work in each block that was measured, whether it counts or not."""
        return [self._unpack(self._known[block]) for block in self.measured if block in self._known]

    def trials(self) -> Mapping[str, Trials]:
        """Each service's trials in a search for capacity; empty for other loads."""
        counting = [one for own in self.of_service.values() for one in own]
        return trials.of_run(self.run, counting).get(self.scenario, {})


def _whole(run: Run, scenario: str, slices: Sequence[Slice]) -> list[Slice]:
    """All slices but those of a block that was broken off: the last of a round, if a service is missing in it."""
    blocks: dict[int, set[str]] = defaultdict(set)
    last: dict[int, int] = {}
    for one in slices:
        blocks[one.block].add(one.service)
        last[one.round] = max(one.block, last.get(one.round, 0))
    meant = {name for name, member in run.services.items() if member.answers(scenario)}
    cut = {block for block in last.values() if not meant <= blocks[block]}
    return [one for one in slices if one.block not in cut]
