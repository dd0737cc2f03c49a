"""Database: rows of PostgreSQL, one by one, and a page of them. What is asked for is counted where it is answered.

The tables are those of services/shared/database/seed.sql.
"""

import html
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import Piece, closed, in_path, json_answer
from levelground.contract.terms import Row, Topic
from levelground.stand.catalog import POSTGRES
from levelground.stand.helpers import Away, Database, Statements
from levelground.traffic.scenario import Step, data, page

ROWS = 10_000
"""In `world` and in `tally`, with the ids from 1 on."""
MOST = 500
STRIDE = 19
"""The next row of several: so they are spread over the table, and always in the order of their ids."""
LAST_START = 500
"""So that there are MOST rows from there on."""
MOST_LOST = 16
"""Connections of a pool that may have ended unnoticed."""
FORTUNES = (
    "A number without an interval is an opinion.",
    "The fastest code is the code that does not run; it is also the easiest to measure.",
    "Every mean hides a queue.",
    "Whoever measures twice has to explain the difference.",
    '<script>alert("A page that shows this as it is has a hole.");</script>',
    "Warm caches, cold facts.",
    "What works on one machine has worked on one machine.",
    "計測なくして改善なし",
    "An error that is answered quickly is still an error.",
    "Ångström & Sons: small things, carefully measured.",
    "The neighbour you do not see is the one that slows you down.",
    "Nothing is as permanent as a temporary benchmark.",
)

_NUMBER: Piece = closed({"id": {"type": "integer"}, "number": {"type": "integer"}})
_AWAY: Piece = {"description": "503: the database does not answer"}
_N: Piece = in_path(
    "n",
    "2",
    description=f"How many rows; below 1 or no number: 1, above {MOST}: {MOST}",
    schema={"type": "string", "minLength": 1},
)
_START: Piece = {
    "name": "start",
    "in": "query",
    "required": True,
    "description": f"The id of the first row; each other one is {STRIDE} further",
    "schema": {"type": "integer", "minimum": 1, "maximum": LAST_START},
    "example": 1,
}


def number(id: int) -> int:
    """What `world` holds for this id."""
    return id * 48271 % ROWS + 1


def ids(n: int, start: int) -> list[int]:
    return [start + STRIDE * place for place in range(n)]


TOPIC = Topic(
    "database",
    rows=(
        Row(
            "GET",
            "/db",
            'for `?id=7` 200 JSON `{"id": 7, "number": 7898}`, that row of `world`; no such row: a 4xx',
            {
                "operationId": "db",
                "summary": "One row, by one query",
                "parameters": [
                    {
                        "name": "id",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1, "maximum": ROWS},
                        "example": 7,
                    }
                ],
                "responses": {
                    "200": json_answer("The row", _NUMBER, example={"id": 7, "number": number(7)}),
                    "4XX": {"description": "No such row"},
                    "5XX": _AWAY,
                },
            },
        ),
        Row(
            "GET",
            "/db/queries/{n}",
            f"for `?start=7` 200 JSON, a list of n rows of `world`, each by a query of its own: 7, {7 + STRIDE}, "
            f"{7 + 2 * STRIDE} …; n below 1 or no number is 1, above {MOST} it is {MOST}",
            {
                "operationId": "queries",
                "summary": "n rows by n queries",
                "parameters": [_N, _START],
                "responses": {
                    "200": json_answer(
                        "The rows",
                        {"type": "array", "items": _NUMBER},
                        example=[{"id": one, "number": number(one)} for one in ids(2, 1)],
                    ),
                    "4XX": {"description": "No such rows"},
                    "5XX": _AWAY,
                },
            },
        ),
        Row(
            "GET",
            "/db/updates/{n}",
            "for `?start=7&number=5` reads the same rows of `tally` and sets each to this number, a query and an "
            "update for each, all in one transaction; 200 JSON, a list of them as they are now; n as above",
            {
                "operationId": "updates",
                "summary": "n rows read and updated in a transaction",
                "parameters": [
                    _N,
                    _START,
                    {
                        "name": "number",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 0, "maximum": ROWS},
                        "example": 5,
                    },
                ],
                "responses": {
                    "200": json_answer(
                        "The rows as they are now",
                        {"type": "array", "items": _NUMBER},
                        example=[{"id": one, "number": 5} for one in ids(2, 1)],
                    ),
                    "4XX": {"description": "No such rows"},
                    "5XX": _AWAY,
                },
            },
        ),
        Row(
            "GET",
            "/fortunes",
            "for `?added=…` 200 `text/html`, `templates/fortunes.html` with all rows of `fortune` and one more, "
            "id 0 and this message, sorted by message (by code points), escaped",
            {
                "operationId": "fortunes",
                "summary": "A page of rows, sorted and escaped",
                "parameters": [
                    {
                        "name": "added",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "minLength": 1},
                        "example": "Made while you wait & <see>",
                    }
                ],
                "responses": {
                    "200": {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "4XX": {"description": "Nothing to add, where the framework asks for what is declared"},
                    "5XX": _AWAY,
                },
            },
        ),
    ),
)


# Traffic


def db(id: int) -> Step:
    return replace(data("GET", f"/db?id={id}", says={"id": id, "number": number(id)}), statements=1)


def queries(n: int, start: int) -> Step:
    says = [{"id": one, "number": number(one)} for one in ids(n, start)]
    return replace(data("GET", f"/db/queries/{n}?start={start}", says=says), statements=n)


def updates(n: int, start: int, number: int) -> Step:
    says = [{"id": one, "number": number} for one in ids(n, start)]
    return replace(data("GET", f"/db/updates/{n}?start={start}&number={number}", says=says), statements=2 * n)


def fortunes(added: str) -> Step:
    return replace(page("/fortunes", query={"added": added}, says=sorted_page(added)), statements=1)


def sorted_page(added: str) -> str:
    """The page, as services/shared/pages/templates/fortunes.html makes it."""
    messages = sorted((message, id) for id, message in enumerate((added, *FORTUNES)))
    rows = "\n".join(f"<tr><td>{id}</td><td>{html.escape(message)}</td></tr>" for message, id in messages)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Fortunes</title>\n</head>\n<body>\n'
        f"<table>\n<tr><th>id</th><th>message</th></tr>\n{rows}\n</table>\n</body>\n</html>\n"
    )


# Checks


@cache
def _alone() -> threading.Lock:
    """Services are checked several at a time, and the database does not tell for whom it ran a statement.

    Made at its first use: under Locust, whose patches come after this module, threads are greenlets, and one that
    waited for a lock from before would keep all others from running.
    """
    return threading.Lock()


@TOPIC.check("db", needs=POSTGRES)
def one_row_is_one_query(client: Client) -> None:
    with _counted(client) as ran:
        for id in (1, 7, ROWS, 7):
            client.must_answer(db(id))
        _must_have_run("GET /db, four times", ran(), Statements(world=4, tally=0, updates=0, fortune=0))
        for wrong in ("0", str(ROWS + 1), "a", "1.5", "1%20OR%201=1", "%27", "9" * 15, "9" * 30):
            client.get(f"/db?id={wrong}").must_be_refused()
        client.must_answer(db(8))


@TOPIC.check("queries", needs=POSTGRES)
def n_rows_are_n_queries(client: Client) -> None:
    with _counted(client) as ran:
        for n in (1, 2, 20, MOST):
            before = ran()
            client.must_answer(queries(n, 7))
            _must_have_run(f"GET /db/queries/{n}", ran() - before, Statements(world=n, tally=0, updates=0, fortune=0))
        _must_be_clamped(client, "queries", {one: number(one) for one in ids(MOST, 1)}, "?start=1")


@TOPIC.check("updates", needs=POSTGRES)
def n_updates_are_written(client: Client) -> None:
    with _counted(client) as ran, Database() as database:
        for n, value in ((1, 11), (2, 12), (20, 13), (MOST, 14)):
            before = ran()
            client.must_answer(updates(n, 7, value))
            expected = Statements(world=0, tally=n, updates=n, fortune=0)
            _must_have_run(f"GET /db/updates/{n}", ran() - before, expected)
            if (written := set(database.tallied(7, n))) != {value}:
                raise Mismatch(f"GET /db/updates/{n}", f"{value} in each row", f"{sorted(written)} in the database")
        _must_be_clamped(client, "updates", dict.fromkeys(ids(MOST, 1), 15), "?start=1&number=15")


@TOPIC.check("fortunes", needs=POSTGRES)
def a_page_of_rows_is_sorted_and_escaped(client: Client) -> None:
    with _counted(client) as ran:
        for added in ("A", "zzz", "Zoë & <b>", "日本", "🚀 '\""):
            client.must_answer(fortunes(added))
        _must_have_run("GET /fortunes, five times", ran(), Statements(world=0, tally=0, updates=0, fortune=5))


@contextmanager
def _counted(client: Client) -> Iterator[Callable[[], Statements]]:
    """The statements since the beginning. Raises Mismatch if there is no database."""
    with _alone():
        try:
            with Database() as database:
                _forget_lost_connections(client)
                before = database.statements()
                yield lambda: database.statements() - before
        except Away as error:
            raise Mismatch("the database", "an answer", str(error)) from None


def _forget_lost_connections(client: Client) -> None:
    """A pool may hold some that ended with an earlier database: who uses one gets a 503, and the next is better off."""
    for _ in range(MOST_LOST):
        if client.get("/db?id=2").status != 503:
            return


def _must_have_run(request: str, ran: Statements, expected: Statements) -> None:
    if ran != expected:
        raise Mismatch(request, f"{expected} in the database", str(ran))


def _must_be_clamped(client: Client, path: str, rows: dict[int, int], query: str) -> None:
    every = [{"id": id, "number": number} for id, number in rows.items()]
    for n, expected in (
        ("0", every[:1]),
        ("-5", every[:1]),
        ("a", every[:1]),
        (str(MOST + 1), every),
        ("9" * 15, every),
    ):
        client.get(f"/db/{path}/{n}{query}").must_be_json(expected)
