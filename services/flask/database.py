"""Database: rows of PostgreSQL by psycopg, one by one, and a page of them."""

import os
from typing import Any

from flask import Blueprint, abort, render_template, request
from psycopg import OperationalError
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

SECONDS = 2

blueprint = Blueprint("database", __name__)
# To the database that the environment names; each connection is opened when it is first needed, and kept.
connections = ConnectionPool(
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
    open=True,
)


@blueprint.get("/db")
def db() -> dict[str, Any]:
    id = int(request.args["id"])
    if not 1 <= id <= 10_000:
        abort(404)
    with connections.connection() as database:
        return database.execute("SELECT id, number FROM world WHERE id = %s", [id]).fetchone()


@blueprint.get("/db/queries/<n>")
def queries(n: str) -> list[dict[str, Any]]:
    ids = asked_for(n)
    with connections.connection() as database:
        return [database.execute("SELECT id, number FROM world WHERE id = %s", [id]).fetchone() for id in ids]


@blueprint.get("/db/updates/<n>")
def updates(n: str) -> list[dict[str, Any]]:
    ids, number = asked_for(n), int(request.args["number"])
    if not 0 <= number <= 10_000:
        abort(400)
    rows = []
    with connections.connection() as database, database.transaction():
        for id in ids:
            row = database.execute("SELECT id, number FROM tally WHERE id = %s FOR UPDATE", [id]).fetchone()
            database.execute("UPDATE tally SET number = %s WHERE id = %s", [number, row["id"]])
            rows.append({"id": row["id"], "number": number})
    return rows


def asked_for(n: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        rows = min(max(int(n), 1), 500)
    except ValueError:
        rows = 1
    start = int(request.args["start"])
    if not 1 <= start <= 500:
        abort(400)
    return range(start, start + 19 * rows, 19)


@blueprint.get("/fortunes")
def fortunes() -> str:
    added = request.args["added"]
    with connections.connection() as database:
        rows = database.execute("SELECT id, message FROM fortune").fetchall()
    fortunes = sorted([*rows, {"id": 0, "message": added}], key=lambda fortune: fortune["message"])
    return render_template("fortunes.html", fortunes=fortunes)


@blueprint.errorhandler(OperationalError)
def unavailable(error: OperationalError) -> tuple[str, int]:
    """The database is away, too slow, or every connection to it is taken. Those that are lost are given up at once."""
    connections.check()
    return "Service Unavailable", 503
