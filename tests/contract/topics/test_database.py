"""The checks of the database, against liars."""

import subprocess
import sys
from typing import override

import pytest

from levelground.contract import checker
from levelground.contract.topics import database
from tests.contract.helpers import HELPERS
from tests.contract.honest import Honest, Lie, Reply, Request, as_json, at, lying, service, serving


class Remembering(Honest):
    """It asks the database for no row a second time."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Reply] = {}

    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        if template != "/db":
            return super().answer(template, request, *parameters)
        if request.query not in self.known:
            self.known[request.query] = super().answer(template, request, *parameters)
        return self.known[request.query]


class Batching(Honest):
    """All rows by one statement."""

    @override
    def queries(self, n: int, start: int) -> Reply:
        HELPERS.run("world")
        return as_json([{"id": id, "number": database.number(id)} for id in database.ids(n, start)])

    @override
    def updates(self, n: int, start: int, number: int) -> Reply:
        reply = super().updates(n, start, number)
        HELPERS.run("tally", 1 - n)
        HELPERS.run("updates", 1 - n)
        return reply


class Forgetful(Honest):
    """It runs what it is told to, and nothing of it stays: as if it never committed."""

    @override
    def updates(self, n: int, start: int, number: int) -> Reply:
        HELPERS.run("tally", n)
        HELPERS.run("updates", n)
        return as_json([{"id": id, "number": number} for id in database.ids(n, start)])


class Blind(Honest):
    """It writes without a look at what is there."""

    @override
    def updates(self, n: int, start: int, number: int) -> Reply:
        reply = super().updates(n, start, number)
        HELPERS.run("tally", -n)
        return reply


class Known(Honest):
    """Its fortunes are part of its program."""

    @override
    def fortunes(self, added: str) -> Reply:
        return Reply(200, database.sorted_page(added).encode(), "text/html; charset=utf-8")


class Unsorted(Honest):
    @override
    def fortunes(self, added: str) -> Reply:
        HELPERS.fortunes()
        whole = database.sorted_page("A")
        return Reply(200, whole.replace("<td>A</td>", f"<td>{added}</td>").encode(), "text/html; charset=utf-8")


def _is_any_n(request: Request, _: Reply) -> bool:
    return request.path.endswith("/a")


LIES = {
    "a row that is remembered": Lie("db", r"GET /db, four times: .*world=4.*; got .*world=3", Remembering),
    "a wrong row": Lie("db", r"GET /db\?id=1: expected 200", lying(at("/db"), body=b'{"id": 1, "number": 1}')),
    "a row that is not there": Lie("db", r"GET /db\?id=0: expected a 4xx; got 200", lying(at("/db", 404), status=200)),
    "an error of the database": Lie("db", r"GET /db\?id=0: expected a 4xx; got 500", lying(at("/db", 404), status=500)),
    "one query for all": Lie("queries", r"GET /db/queries/2: .*world=2.*; got .*world=1", Batching),
    "an n that is refused": Lie("queries", r"GET /db/queries/a\?start=1: expected 200", lying(_is_any_n, status=404)),
    "one update for all": Lie("updates", r"GET /db/updates/2: .*updates=2.*; got .*updates=1", Batching),
    "nothing is written": Lie("updates", "GET /db/updates/1: expected 11 in each row; got ", Forgetful),
    "nothing is read before": Lie("updates", "GET /db/updates/1: .*tally=1.*; got .*tally=0", Blind),
    "fortunes by heart": Lie("fortunes", "GET /fortunes, five times: .*fortune=5.*; got .*fortune=0", Known),
    "fortunes in any order": Lie("fortunes", r"GET /fortunes\?added=zzz: expected a page with ", Unsorted),
    "fortunes as they are": Lie(
        "fortunes",
        r"GET /fortunes\?added=A: expected a page with .*; got ",
        lying(at("/fortunes"), body=database.sorted_page("A").replace("&lt;script", "<script").encode()),
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()


def test_without_a_database_the_checks_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HELPERS, "is_up", False)
    with serving() as port:
        told = checker.check(service("db"), "127.0.0.1", port)["db"]
    assert told == "the database: expected an answer; got postgres: connection refused"


def test_rows_are_spread_over_the_table_and_end_in_it() -> None:
    ids = database.ids(database.MOST, database.LAST_START)
    assert ids == sorted(set(ids))
    assert ids[-1] <= database.ROWS


def test_services_that_are_checked_under_locust_wait_for_each_other_and_not_for_ever() -> None:
    """Locust patches threads after the topics are loaded."""
    program = """
from levelground.contract.topics import database
from gevent import joinall, monkey, sleep, spawn
monkey.patch_all()
def check():
    with database._alone():
        sleep(0.01)
joinall([spawn(check), spawn(check)], raise_error=True)
print("both")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "both\n", done.stderr
