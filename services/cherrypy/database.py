"""Database: rows of PostgreSQL by psycopg, one by one, and a page of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cherrypy
from psycopg import Connection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from pages import templates

SECONDS = 2

# To the database that the environment names; each connection is opened when it is first needed, and kept.
connections = ConnectionPool[Connection[DictRow]](
    min_size=0,
    max_size=int(os.environ["DATABASE_CONNECTIONS"]),
    max_idle=24 * 60 * 60,
    timeout=SECONDS,
    reconnect_timeout=SECONDS,
    kwargs={
        "autocommit": True,
        "row_factory": dict_row,
        "tcp_user_timeout": 1000 * SECONDS,
        "options": f"-c statement_timeout={SECONDS}s",
    },
    open=False,
)
cherrypy.engine.subscribe("start", connections.open)
cherrypy.engine.subscribe("stop", connections.close)


@contextmanager
def connection() -> Iterator[Connection[DictRow]]:
    try:
        with connections.connection() as connection:
            yield connection
    except OperationalError:  # away, too slow, or every connection is taken
        connections.check()  # those that are lost are given up at once
        raise cherrypy.HTTPError(503) from None


# For /db itself CherryPy calls this object, and for the paths below it looks among its attributes.
@cherrypy.expose
@cherrypy.tools.allow()
@cherrypy.tools.json_out()
class Rows:
    def __call__(self, id: str) -> dict[str, Any]:
        row = int(id)
        if not 1 <= row <= 10_000:
            raise cherrypy.NotFound
        with connection() as database:
            return database.execute("SELECT id, number FROM world WHERE id = %s", [row]).fetchone()

    @cherrypy.expose
    def queries(self, n: str, start: str) -> list[dict[str, Any]]:
        ids = asked_for(n, start)
        with connection() as database:
            return [database.execute("SELECT id, number FROM world WHERE id = %s", [id]).fetchone() for id in ids]

    @cherrypy.expose
    def updates(self, n: str, start: str, number: str) -> list[dict[str, Any]]:
        ids, value = asked_for(n, start), int(number)
        if not 0 <= value <= 10_000:
            raise cherrypy.HTTPError(400)
        rows = []
        with connection() as database, database.transaction():
            for id in ids:
                row = database.execute("SELECT id, number FROM tally WHERE id = %s FOR UPDATE", [id]).fetchone()
                database.execute("UPDATE tally SET number = %s WHERE id = %s", [value, row["id"]])
                rows.append({"id": row["id"], "number": value})
        return rows


def asked_for(n: str, start: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        rows = min(max(int(n), 1), 500)
    except ValueError:
        rows = 1
    first = int(start)
    if not 1 <= first <= 500:
        raise cherrypy.HTTPError(400)
    return range(first, first + 19 * rows, 19)


class Database:
    db = Rows()

    @cherrypy.expose
    @cherrypy.tools.allow()
    def fortunes(self, added: str) -> str:
        with connection() as database:
            rows = database.execute("SELECT id, message FROM fortune").fetchall()
        fortunes = sorted([*rows, {"id": 0, "message": added}], key=lambda fortune: fortune["message"])
        return templates.get_template("fortunes.html").render(fortunes=fortunes)
