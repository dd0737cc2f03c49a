"""The newest run's metrics, as they grow: follows its files in results/, whoever writes them.

Counters count from when the exporter began: what the newest run held before that is left out.
"""

import time
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from levelground.judging.live import Live
from levelground.judging.summary import Table
from levelground.model.folder import RESULTS, Folder
from levelground.model.record import Conditions, Slice, TooNew
from levelground.showing import live
from levelground.showing.metrics import Metrics

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Exporter:
    """Reads what is new whenever it is asked, and so costs nothing when nobody asks."""

    def __init__(self, results: Path = RESULTS) -> None:
        self._latest = results / "latest"
        self._registry = CollectorRegistry()
        self._cost = Counter("levelground_export_cpu_seconds", "CPU time that exports took.", registry=self._registry)
        self._metrics = Metrics()
        self._registry.register(self._metrics)
        self._run: _Files | None = None
        self._told = b""
        self._find_newest()
        if self._run is not None:
            self._run.skip()

    def text(self) -> bytes:
        """All metrics by now, in Prometheus' text format."""
        before = time.thread_time()
        news = [self._read(), self._find_newest(), self._read()]
        if any(news) or not self._told:
            self._told = generate_latest(self._registry)
        self._cost.inc(time.thread_time() - before)
        return self._told

    def _find_newest(self) -> bool:
        """Goes over to a new run once its run.json is there; whether there is one."""
        path = self._latest.resolve()
        if self._run is not None and self._run.path == path:
            return False
        try:
            run = Folder(path).read_run()
        except (OSError, ValueError, TooNew):
            return False
        self._metrics.begin(run)
        self._run = _Files(path)
        return True

    def _read(self) -> bool:
        """Whether there was anything new."""
        if self._run is None:
            return False
        slices, blocks = self._run.slices.read(), self._run.blocks.read()
        for one in slices:
            self._metrics.add_slice(one)
        for block in blocks:
            self._metrics.add_block(block)
        tables = self._run.judge()
        self._metrics.judge(tables)
        return bool(slices or blocks or tables)


class _Files:
    """The files of one run, each read from where the last read stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        folder = Folder(path)
        self.slices, self.blocks = folder.tail(Slice), folder.tail(Conditions)
        self._live = Live(folder)
        self._turn = 0

    def skip(self) -> None:
        self.slices.skip()
        self.blocks.skip()

    def judge(self) -> dict[str, Table]:
        """One scenario after the other, a call for each: what is cheap once is not cheap for all of them at once."""
        try:
            run = self._live.read()
        except (OSError, ValueError, TooNew):
            return {}
        scenario = list(run.scenarios)[self._turn % len(run.scenarios)]
        self._turn += 1
        return {scenario: live.table_of(self._live, run, scenario)}
