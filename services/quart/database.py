"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from quart import Blueprint, Response, abort, current_app, jsonify, render_template, request

SECONDS = 2

blueprint = Blueprint("database", __name__)


@blueprint.while_app_serving
async def connections() -> AsyncIterator[None]:
    """To the database that the environment names; each is opened when it is first needed."""
    async with asyncpg.create_pool(
        min_size=0,
        max_size=int(os.environ["DATABASE_CONNECTIONS"]),
        max_inactive_connection_lifetime=0,
        timeout=SECONDS,
        command_timeout=SECONDS,
    ) as current_app.connections:
        yield


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    try:
        async with current_app.connections.acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        abort(503)


@blueprint.get("/db")
async def db() -> dict[str, Any]:
    id = int(request.args["id"])
    if not 1 <= id <= 10_000:
        abort(404)
    async with connection() as database:
        row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
    return dict(row)


@blueprint.get("/db/queries/<n>")
async def queries(n: str) -> Response:
    ids = asked_for(n)
    async with connection() as database:
        rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
    return jsonify([dict(row) for row in rows])


@blueprint.get("/db/updates/<n>")
async def updates(n: str) -> Response:
    ids, number = asked_for(n), int(request.args["number"])
    if not 0 <= number <= 10_000:
        abort(400)
    rows = []
    async with connection() as database, database.transaction():
        for id in ids:
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return jsonify(rows)


def asked_for(n: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        count = min(max(int(n), 1), 500)
    except ValueError:
        count = 1
    start = int(request.args["start"])
    if not 1 <= start <= 500:
        abort(400)
    return range(start, start + 19 * count, 19)


@blueprint.get("/fortunes")
async def fortunes() -> str:
    async with connection() as database:
        rows = await database.fetch("SELECT id, message FROM fortune")
    added = {"id": 0, "message": request.args.get("added", "")}
    fortunes = sorted([*map(dict, rows), added], key=lambda fortune: fortune["message"])
    return await render_template("fortunes.html", fortunes=fortunes)
