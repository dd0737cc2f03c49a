"""One measurement at a time: two at once would measure each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from levelground.model.folder import RESULTS


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
