"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages import templates

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
async def connection(request: Request) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with request.state.connections.acquire(timeout=SECONDS) as connection:
            yield connection
    # The last one: a pooled connection that the database has just closed, and the driver has not noticed.
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise HTTPException(503) from None


async def db(request: Request) -> Response:
    id = int(request.query_params.get("id", ""))
    if not 1 <= id <= 10_000:
        raise HTTPException(404)
    async with connection(request) as database:
        row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
    return JSONResponse(dict(row))


async def queries(request: Request) -> Response:
    async with connection(request) as database:
        rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in asked_for(request)]
    return JSONResponse([dict(row) for row in rows])


async def updates(request: Request) -> Response:
    number = int(request.query_params.get("number", ""))
    if not 0 <= number <= 10_000:
        raise HTTPException(400)
    rows = []
    async with connection(request) as database, database.transaction():
        for id in asked_for(request):
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return JSONResponse(rows)


def asked_for(request: Request) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        n = min(max(int(request.path_params["n"]), 1), 500)
    except ValueError:
        n = 1
    start = int(request.query_params.get("start", ""))
    if not 1 <= start <= 500:
        raise HTTPException(400)
    return range(start, start + 19 * n, 19)


async def fortunes(request: Request) -> Response:
    added = request.query_params.get("added", "")
    async with connection(request) as database:
        rows = await database.fetch("SELECT id, message FROM fortune")
    fortunes = sorted([*map(dict, rows), {"id": 0, "message": added}], key=lambda fortune: fortune["message"])
    return templates.TemplateResponse(request, "fortunes.html", {"fortunes": fortunes})


routes = [
    Route("/db", db),
    Route("/db/queries/{n}", queries),
    Route("/db/updates/{n}", updates),
    Route("/fortunes", fortunes),
]
