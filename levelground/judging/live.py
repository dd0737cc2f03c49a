"""A run while it goes on, or after: what is new in its files is read, and one scenario is judged, when somebody looks.

Cheap enough to be done every second beside the generator: rounds that are over are judged once, and fewer resamples
than in summary.json make intervals that are a little less sure of their own width.
"""

from collections import defaultdict
from functools import cache

from levelground.judging import gates, summary
from levelground.judging.grid import Grid
from levelground.judging.summary import Table
from levelground.judging.undisturbed import Memory
from levelground.model import arrivals
from levelground.model.folder import Folder, Tail
from levelground.model.record import Conditions, Run, Slice

RESAMPLES = 100


class Live:
    """One run, from its files."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.blocks: list[Conditions] = []
        """Of all scenarios."""
        self.slices: dict[str, list[Slice]] = defaultdict(list)
        """Of each scenario."""
        self._slices, self._blocks = Tail(folder, Slice), Tail(folder, Conditions)
        self._memory: dict[str, Memory] = defaultdict(Memory)
        self._tables: dict[str, tuple[tuple[int, int], Table]] = {}
        self._unpack = cache(arrivals.unpack)

    def read(self) -> Run:
        """Reads what is new. Raises what `Folder.read_run` raises: FileNotFoundError before the run's first slice."""
        run = self.folder.read_run()
        self.blocks += self._blocks.read()
        for one in self._slices.read():
            self.slices[one.scenario].append(one)
        return run

    def table(self, run: Run, scenario: str) -> Table:
        """The scenario as far as it was read."""
        slices = self.slices[scenario]
        much = len(slices), len(self.blocks)
        if scenario not in self._tables or self._tables[scenario][0] != much:
            known = {one.block: one.known_work for one in self.blocks if one.known_work}
            disturbed = gates.dropped(run, self.blocks)
            grid = Grid(run, scenario, slices, disturbed, known, self._memory[scenario], self._unpack)
            self._tables[scenario] = much, summary.table(grid, RESAMPLES)
        return self._tables[scenario][1]
