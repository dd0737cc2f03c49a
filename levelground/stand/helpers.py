"""The helpers of the stand, asked from outside: what services asked of them, and in which container they run.

Promises its caller exact counts: of each statement that the database ran for services, of each quote of the upstream.
Addresses are those of the stand, unless PGHOST or UPSTREAM say otherwise.
"""

import http.client
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg

from levelground.stand.catalog import POSTGRES, UPSTREAM

CONNECT_SECONDS = 5


class Away(Exception):
    """A helper does not answer; the message says which, and what it does instead."""


@dataclass(frozen=True)
class Statements:
    """What the database ran for services: whole statements, however many rows each of them had."""

    world: int
    """Reads of `world`."""
    tally: int
    """Reads of `tally`."""
    updates: int
    """Updates of `tally`."""
    fortune: int
    """Reads of `fortune`."""

    @property
    def all(self) -> int:
        return self.world + self.tally + self.updates + self.fortune

    def __sub__(self, before: "Statements") -> "Statements":
        return Statements(
            self.world - before.world,
            self.tally - before.tally,
            self.updates - before.updates,
            self.fortune - before.fortune,
        )


SETTINGS = ("shared_buffers", "synchronous_commit", "fsync", "full_page_writes", "max_connections", "jit")
_SETTING = "current_setting('{}')"

# pg_stat_statements counts a statement when it ends, in shared memory: there is no delay.
_COUNTED = r"""
    SELECT coalesce(sum(calls) FILTER (WHERE query ~* '^\s*select' AND query ~* '\mworld\M'), 0)::bigint,
           coalesce(sum(calls) FILTER (WHERE query ~* '^\s*select' AND query ~* '\mtally\M'), 0)::bigint,
           coalesce(sum(calls) FILTER (WHERE query ~* '^\s*update' AND query ~* '\mtally\M'), 0)::bigint,
           coalesce(sum(calls) FILTER (WHERE query ~* '^\s*select' AND query ~* '\mfortune\M'), 0)::bigint
    FROM pg_stat_statements WHERE userid = 'service'::regrole
"""


class Database:
    """A connection to PostgreSQL as its superuser. Methods raise Away."""

    def __init__(self) -> None:
        host = os.environ.get("PGHOST", "postgres")
        try:
            self._connection = psycopg.connect(
                host=host, user="postgres", dbname="postgres", autocommit=True, connect_timeout=CONNECT_SECONDS
            )
        except psycopg.Error as error:
            raise Away(f"postgres: {' '.join(str(error).split())}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def statements(self) -> Statements:
        """What it ran for services so far."""
        return Statements(*self._row(_COUNTED))

    def tallied(self, start: int, n: int) -> list[int]:
        """The numbers in `tally` that `GET /db/updates/{n}?start=` writes to."""
        (numbers,) = self._row(
            "SELECT array_agg(number ORDER BY id) FROM tally WHERE id = ANY(%s)",
            [start + 19 * place for place in range(n)],
        )
        return list(numbers)

    def reset(self) -> None:
        """`tally` as it was in the beginning, without what earlier updates left in its files."""
        try:
            self._connection.execute("TRUNCATE tally; INSERT INTO tally SELECT id, 0 FROM world")
            self._connection.execute("VACUUM ANALYZE tally")
        except psycopg.Error as error:
            raise Away(f"postgres: {error}") from None

    def settings(self) -> dict[str, str]:
        """Its version, and the settings that its speed depends on most."""
        told = self._row("SELECT current_setting('server_version'), " + ", ".join(map(_SETTING.format, SETTINGS)))
        return dict(zip(("version", *SETTINGS), map(str, told), strict=True))

    def cpus(self) -> list[int]:
        """The CPUs that it may run on."""
        (status,) = self._row("SELECT pg_read_file('/proc/self/status')")
        (allowed,) = re.findall(r"^Cpus_allowed_list:\s*(\S+)", status, re.MULTILINE)
        return cpu_list(allowed)

    @contextmanager
    def slow(self) -> Iterator[None]:
        """No statement on a table of the services ends before this does: another transaction holds all of them."""
        with _told_as_away(), self._connection.transaction():
            self._connection.execute("LOCK TABLE world, tally, fortune IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def full(self) -> Iterator[None]:
        """Services have no connection, and get none: too many, says the database (SQLSTATE 53300)."""
        with _told_as_away():
            self._connection.execute("ALTER ROLE service CONNECTION LIMIT 0")
            try:
                self._connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'"
                )
                yield
            finally:
                self._connection.execute("ALTER ROLE service CONNECTION LIMIT -1")

    def container(self) -> str:
        """The id of its container, by which its counters are found."""
        (name,) = self._row("SELECT pg_read_file('/etc/hostname')")
        return str(name).strip()

    def _row(self, query: str, *values: object) -> Any:
        try:
            return self._connection.execute(query.encode(), values).fetchone() or ()
        except psycopg.Error as error:
            raise Away(f"postgres: {error}") from None


@contextmanager
def _told_as_away() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Away(f"postgres: {error}") from None


class Upstream:
    """The slow upstream. Methods raise Away."""

    def __init__(self) -> None:
        self._address = urlsplit(os.environ.get("UPSTREAM", "http://upstream:8000")).netloc

    def asked(self) -> Counter[str]:
        """How many quotes each address has asked for, by the address."""
        return Counter(self._get("/asked"))

    def most_at_once(self, address: str) -> int:
        """How many quotes for this address were under way at the same time, at most, since this was asked before."""
        return int(self._get(f"/at-once/{address}"))

    def container(self) -> str:
        return str(self._get("/about")["container"])

    def cpus(self) -> list[int]:
        """The CPUs that it may run on."""
        return list(self._get("/about")["cpus"])

    def _get(self, path: str) -> Any:
        connection = http.client.HTTPConnection(self._address, timeout=CONNECT_SECONDS)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Away(f"upstream: {error}") from None
        finally:
            connection.close()


def cpu_list(text: str) -> list[int]:
    """0-2,5 as 0, 1, 2, 5: how the kernel writes sets of CPUs."""
    edges = [[int(edge) for edge in part.split("-")] for part in text.split(",")]
    return [cpu for part in edges for cpu in range(part[0], part[-1] + 1)]


def _knock_at_the_database() -> None:
    Database().close()


KNOCKS: dict[str, Callable[[], object]] = {POSTGRES: _knock_at_the_database, UPSTREAM: lambda: Upstream().asked()}
"""Whether each answers: by its name, what returns if it does and else raises Away."""


def await_all(seconds: float) -> dict[str, str]:
    """What is wrong with those helpers that do not answer within so many seconds; empty: all of them answer."""
    deadline = time.monotonic() + seconds
    while True:
        away: dict[str, str] = {}
        for name, knock in KNOCKS.items():
            try:
                knock()
            except Away as error:
                away[name] = str(error).removeprefix(f"{name}: ")
        if not away or time.monotonic() > deadline:
            return away
        time.sleep(0.2)
