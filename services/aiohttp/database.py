"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp_jinja2
import asyncpg
from aiohttp import web

from query import read_integer

SECONDS = 2
CONNECTIONS = web.AppKey("CONNECTIONS", asyncpg.Pool)

routes = web.RouteTableDef()


async def connections(app: web.Application) -> AsyncIterator[None]:
    """To the database that the environment names; each is opened when it is first needed."""
    async with asyncpg.create_pool(
        min_size=0,
        max_size=int(os.environ["DATABASE_CONNECTIONS"]),
        max_inactive_connection_lifetime=0,
        timeout=SECONDS,
        command_timeout=SECONDS,
    ) as pool:
        app[CONNECTIONS] = pool
        yield


@asynccontextmanager
async def connection(request: web.Request) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with request.app[CONNECTIONS].acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise web.HTTPServiceUnavailable from None


@routes.get("/db")
async def db(request: web.Request) -> web.Response:
    id = read_integer(request, "id", 1, 10_000)
    async with connection(request) as database:
        row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
    return web.json_response(dict(row))


@routes.get("/db/queries/{n}")
async def queries(request: web.Request) -> web.Response:
    ids = asked_for(request)
    async with connection(request) as database:
        rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
    return web.json_response([dict(row) for row in rows])


@routes.get("/db/updates/{n}")
async def updates(request: web.Request) -> web.Response:
    ids, number = asked_for(request), read_integer(request, "number", 0, 10_000)
    rows = []
    async with connection(request) as database, database.transaction():
        for id in ids:
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return web.json_response(rows)


def asked_for(request: web.Request) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        n = min(max(int(request.match_info["n"]), 1), 500)
    except ValueError:
        n = 1
    start = read_integer(request, "start", 1, 500)
    return range(start, start + 19 * n, 19)


@routes.get("/fortunes")
@aiohttp_jinja2.template("fortunes.html")
async def fortunes(request: web.Request) -> dict[str, Any]:
    added = request.query.get("added", "")
    async with connection(request) as database:
        rows = await database.fetch("SELECT id, message FROM fortune")
    fortunes = [*map(dict, rows), {"id": 0, "message": added}]
    return {"fortunes": sorted(fortunes, key=lambda fortune: fortune["message"])}
