"""Database: rows of PostgreSQL by psycopg, one by one, and a page of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import falcon
import psycopg
from falcon import Request, Response
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from pages import templates

SECONDS = 2
A_YEAR = 365 * 24 * 3600

# To the database that the environment names; each is opened when it is first needed, and then kept.
connections = ConnectionPool(
    kwargs={
        "autocommit": True,
        "row_factory": dict_row,
        "connect_timeout": SECONDS,
        "tcp_user_timeout": 1000 * SECONDS,
        "options": f"-c statement_timeout={SECONDS}s",
    },
    min_size=0,
    max_size=int(os.environ["DATABASE_CONNECTIONS"]),
    max_idle=A_YEAR,
    max_lifetime=A_YEAR,
    timeout=SECONDS,
    reconnect_timeout=SECONDS,
    open=True,
)


@contextmanager
def connection() -> Iterator[psycopg.Connection[dict[str, Any]]]:
    try:
        with connections.connection() as connection:
            yield connection
    except psycopg.Error:
        connections.check()  # those that are lost are given up at once
        raise falcon.HTTPServiceUnavailable from None


class Rows:
    def on_get(self, req: Request, resp: Response) -> None:
        id = req.get_param_as_int("id", required=True, min_value=1, max_value=10_000)
        with connection() as database:
            resp.media = database.execute("SELECT id, number FROM world WHERE id = %s", [id]).fetchone()

    def on_get_queries(self, req: Request, resp: Response, n: str) -> None:
        ids = asked_for(req, n)
        with connection() as database:
            resp.media = [database.execute("SELECT id, number FROM world WHERE id = %s", [id]).fetchone() for id in ids]

    def on_get_updates(self, req: Request, resp: Response, n: str) -> None:
        ids = asked_for(req, n)
        number = req.get_param_as_int("number", required=True, min_value=0, max_value=10_000)
        rows = []
        with connection() as database, database.transaction():
            for id in ids:
                row = database.execute("SELECT id, number FROM tally WHERE id = %s FOR UPDATE", [id]).fetchone()
                database.execute("UPDATE tally SET number = %s WHERE id = %s", [number, row["id"]])
                rows.append({"id": row["id"], "number": number})
        resp.media = rows


def asked_for(req: Request, n: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        count = min(max(int(n), 1), 500)
    except ValueError:
        count = 1
    start = req.get_param_as_int("start", required=True, min_value=1, max_value=500)
    return range(start, start + 19 * count, 19)


class Fortunes:
    def on_get(self, req: Request, resp: Response) -> None:
        with connection() as database:
            rows = database.execute("SELECT id, message FROM fortune").fetchall()
        added = {"id": 0, "message": req.get_param("added", default="")}
        fortunes = sorted([*rows, added], key=lambda fortune: fortune["message"])
        resp.content_type = falcon.MEDIA_HTML
        resp.text = templates.get_template("fortunes.html").render(fortunes=fortunes)
