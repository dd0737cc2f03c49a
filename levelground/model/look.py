"""A look at a run while it goes on: it is worked out on the CPU of the generator, which leaves some time for it.

Whoever looks announces it by a file in the run's folder, since the two have nothing else in common. The generator waits
for the end of the look between two blocks, where nothing is measured, for no more than a share of its time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SHARE = 0.1
"""Of the generator's time, as long as somebody looks again and again."""
MOST_SECONDS = 1.0
"""What is not used is kept up to this."""
STALE_SECONDS = 10.0
"""An older announcement is of somebody who has died."""
_FILE = ".look"
_PAUSE_SECONDS = 0.002


@contextmanager
def announced(folder: Path) -> Iterator[None]:
    """For as long as one looks at the run in this folder, one at a time."""
    path = folder / _FILE
    with suppress(OSError):
        path.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


class Patience:
    """The generator's with those who look at the run in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._left = 0.0

    def wait(self, spent: float) -> None:
        """Waits for the end of a look, if there is one; `spent` is the time in seconds since it was called before."""
        self._left = min(MOST_SECONDS, self._left + SHARE * spent)
        began = time.monotonic()
        while self._is_announced() and time.monotonic() - began < self._left:
            time.sleep(_PAUSE_SECONDS)
        self._left -= time.monotonic() - began

    def _is_announced(self) -> bool:
        try:
            return time.time() - self._path.stat().st_mtime < STALE_SECONDS
        except OSError:
            return False
