"""One measurement at a time, from its first step to its last: two at once would measure each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from levelground.model.folder import RESULTS
from levelground.model.record import now


class Busy(Exception):
    """Something else has the stand; the message says what, and since when."""


@contextmanager
def alone(who: str, results: Path = RESULTS) -> Iterator[None]:
    """Holds the stand for `who`, a command as people know it. Raises Busy.

    The file says who holds it, for engine/stand to show; the kernel lets go of it when this process dies.
    """
    with (results / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Busy(lock.read().strip() or "another run is under way on this stand") from None
        lock.truncate(0)
        lock.write(f"another run is under way on this stand: {who}, since {now()}; stop it first\n")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)
