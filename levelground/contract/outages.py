"""Outages: the database away, slow, or full of connections, for all services at once, as part of `make hostile`.

Promises its caller a verdict on each service: 503 in time (ANSWER_SECONDS) on every path of the database while it
lasts, other paths served meanwhile, and right answers afterwards, by the same worker.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from levelground.contract.client import Client, Mismatch
from levelground.contract.terms import Check
from levelground.contract.topics.database import db, fortunes, queries, updates
from levelground.contract.topics.items import get_item, new_item, put_item
from levelground.stand.catalog import Service
from levelground.stand.helpers import Away, Database
from levelground.traffic.scenario import Step

HELPER = "postgres"
RECOVERY_SECONDS = 20.0
"""How long after its end an outage may be felt: pools wait longer and longer between their attempts. And how long the
first one may have to wait, for pools that still hold connections to an earlier database."""
START_SECONDS = 60.0
AT_ONCE = 16
"""Requests to each service: more than it has connections to the database (DATABASE_CONNECTIONS)."""
PAUSE_SECONDS = 0.2

type Address = tuple[str, int]
type Outage = Callable[[], AbstractContextManager[None]]
"""Begins an outage and ends it; returns from its end when the database answers again."""


class Engine(Protocol):
    """What stops and starts containers (measuring/engine.py)."""

    def stop(self, service: str) -> None: ...
    def start(self, service: str) -> None: ...
    def started(self, seconds: float) -> object: ...


def a_database_that_is_away_is_a_503_in_time(client: Client) -> None:
    _must_say_so(client)


def a_database_whose_tables_are_locked_is_a_503_in_time(client: Client) -> None:
    _must_say_so(client)


def a_database_without_free_connections_is_a_503_in_time(client: Client) -> None:
    _must_say_so(client)


AWAY = Check("database-away", a_database_that_is_away_is_a_503_in_time, presumes="db")
SLOW = Check("database-slow", a_database_whose_tables_are_locked_is_a_503_in_time, presumes="db")
FULL = Check("database-full", a_database_without_free_connections_is_a_503_in_time, presumes="db")
OUTAGES = (SLOW, FULL, AWAY)
"""In the order in which they are made: the last leaves a database that is as new."""


@contextmanager
def slow() -> Iterator[None]:
    with Database() as database, database.slow():
        yield


@contextmanager
def full() -> Iterator[None]:
    with Database() as database, database.full():
        yield


@contextmanager
def away(engine: Engine) -> Iterator[None]:
    """Raises Away if it does not come back."""
    engine.stop(HELPER)
    try:
        yield
    finally:
        engine.start(HELPER)
        engine.started(START_SECONDS)
        _await_database()


@dataclass
class _Patient:
    """A service through one outage: what was wrong is kept, in order."""

    service: Service
    address: Address
    check: Check
    item: str
    wrong: list[str]

    def ask(self, run: Callable[[Client], None]) -> None:
        try:
            with Client(*self.address) as client:
                run(client)
        except Mismatch as mismatch:
            self.wrong.append(str(mismatch))

    def before(self) -> None:
        self.ask(lambda client: client.must_answer(put_item(self.item, 1, created=True)))
        self.ask(lambda client: _must_become_well(client, "before"))

    def during(self) -> None:
        self.ask(self.check.run)

    def after(self) -> None:
        self.ask(lambda client: _must_become_well(client, "after"))
        self.ask(lambda client: client.must_answer(get_item(self.item, 1)))


def suffer(check: Check, outage: Outage, services: Sequence[tuple[Service, Address]]) -> dict[str, str | None]:
    """What was wrong with each service in one outage, by its name; None: nothing. Raises Away."""
    patients = [_Patient(service, address, check, new_item(), []) for service, address in services]
    with ThreadPoolExecutor(max(1, len(patients))) as pool:
        list(pool.map(_Patient.before, patients))
        with outage():
            list(pool.map(_Patient.during, patients))
        list(pool.map(_Patient.after, patients))
    return {patient.service.name: "; ".join(patient.wrong) or None for patient in patients}


def _must_say_so(client: Client) -> None:
    """Many requests at once, since each may have to wait for its turn; and meanwhile one that needs no database."""
    steps = [step for step in _steps() for _ in range(AT_ONCE // 4)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = pool.map(lambda step: _must_be_unavailable(client.host, client.port, step), steps)
        time.sleep(PAUSE_SECONDS)
        client.get("/").must_be_text("hello world")
        list(asked)


def _must_be_unavailable(host: str, port: int, step: Step) -> None:
    with Client(host, port) as client:
        client.get(step.request.split(b" ", 2)[1].decode()).must_be(503)


def _must_be_right(client: Client) -> None:
    for step in _steps():
        client.must_answer(step)


def _must_become_well(client: Client, when: str) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            _must_be_right(client)
        except Mismatch as mismatch:
            if time.monotonic() > deadline:
                raise Mismatch(f"{RECOVERY_SECONDS:g} s {when} the outage", "all well", str(mismatch)) from None
            client.close()
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _steps() -> tuple[Step, ...]:
    return db(7), queries(2, 7), updates(2, 7, 5), fortunes("A")


def _await_database() -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with Database() as database:
                database.statements()
            return
        except Away:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
