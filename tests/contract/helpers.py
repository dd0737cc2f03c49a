"""The stand's helpers in memory, in place of those that the checks ask: what honest services and liars ask of them."""

from collections import Counter
from threading import Lock
from typing import Self

from levelground.contract.topics import database
from levelground.stand.helpers import Away, Statements


class Helpers:
    """A database and an upstream that do nothing but count."""

    def __init__(self) -> None:
        self.is_up = True
        self._lock = Lock()
        self._ran = Counter[str]()
        self._asked = 0
        self._most_at_once = 0
        self._tally = dict.fromkeys(range(1, database.ROWS + 1), 0)

    def world(self, id: int) -> int:
        """A read of `world`."""
        self.run("world")
        return database.number(id)

    def fortunes(self) -> tuple[str, ...]:
        self.run("fortune")
        return database.FORTUNES

    def update(self, id: int, number: int) -> None:
        """A read of `tally` and an update of it."""
        self.run("tally")
        self.run("updates")
        self._tally[id] = number

    def run(self, kind: str, times: int = 1) -> None:
        with self._lock:
            self._ran[kind] += times

    def quote(self, times: int = 1) -> None:
        """So many at once."""
        with self._lock:
            self._asked += times
            self._most_at_once = max(self._most_at_once, times)

    def remember(self, most: int) -> None:
        """As if there had been no more than so many at once."""
        self._most_at_once = most

    # As levelground.stand.helpers.Database

    def __call__(self) -> Self:
        if not self.is_up:
            raise Away("postgres: connection refused")
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def statements(self) -> Statements:
        ran = self._ran
        return Statements(ran["world"], ran["tally"], ran["updates"], ran["fortune"])

    def tallied(self, start: int, n: int) -> list[int]:
        return [self._tally[id] for id in database.ids(n, start)]

    # As levelground.stand.helpers.Upstream

    def asked(self) -> Counter[str]:
        if not self.is_up:
            raise Away("upstream: connection refused")
        return Counter({"127.0.0.1": self._asked})

    def most_at_once(self, _: str) -> int:
        return self._most_at_once


HELPERS = Helpers()
"""For all services of a test process: their checks come one after the other."""
