"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from blacksheep import Response, bad_request, get, json, not_found
from blacksheep.exceptions import HTTPException
from blacksheep.server.responses import view

SECONDS = 2


def connections() -> asyncpg.Pool:
    """To the database that the environment names; each is opened when it is first needed."""
    return asyncpg.create_pool(
        min_size=0,
        max_size=int(os.environ["DATABASE_CONNECTIONS"]),
        max_inactive_connection_lifetime=0,
        timeout=SECONDS,
        command_timeout=SECONDS,
    )


@asynccontextmanager
async def connection(connections: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with connections.acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise HTTPException(503) from None


@get("/db")
async def db(id: int, connections: asyncpg.Pool) -> Response:
    if not 1 <= id <= 10_000:
        return not_found()
    async with connection(connections) as database:
        row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
    return json(dict(row))


@get("/db/queries/{n}")
async def queries(n: str, start: int, connections: asyncpg.Pool) -> Response:
    if not 1 <= start <= 500:
        return bad_request()
    async with connection(connections) as database:
        rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in asked_for(n, start)]
    return json([dict(row) for row in rows])


@get("/db/updates/{n}")
async def updates(n: str, start: int, number: int, connections: asyncpg.Pool) -> Response:
    if not (1 <= start <= 500 and 0 <= number <= 10_000):
        return bad_request()
    rows = []
    async with connection(connections) as database, database.transaction():
        for id in asked_for(n, start):
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return json(rows)


def asked_for(n: str, start: int) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        rows = min(max(int(n), 1), 500)
    except ValueError:
        rows = 1
    return range(start, start + 19 * rows, 19)


@get("/fortunes")
async def fortunes(added: str, connections: asyncpg.Pool) -> Response:
    async with connection(connections) as database:
        rows = await database.fetch("SELECT id, message FROM fortune")
    fortunes = sorted([*map(dict, rows), {"id": 0, "message": added}], key=lambda fortune: fortune["message"])
    return view("fortunes", {"fortunes": fortunes})
