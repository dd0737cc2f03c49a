"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sanic import Blueprint, HTTPResponse, Request, Sanic, json
from sanic.exceptions import BadRequest, NotFound, ServiceUnavailable
from sanic_ext import render

SECONDS = 2

blueprint = Blueprint("database")


@blueprint.before_server_start
async def open_pool(app: Sanic) -> None:
    """To the database that the environment names; each connection is opened when it is first needed."""
    app.ctx.connections = await asyncpg.create_pool(
        min_size=0,
        max_size=int(os.environ["DATABASE_CONNECTIONS"]),
        max_inactive_connection_lifetime=0,
        timeout=SECONDS,
        command_timeout=SECONDS,
    )


@blueprint.after_server_stop
async def close_pool(app: Sanic) -> None:
    await app.ctx.connections.close()


@asynccontextmanager
async def connection(request: Request) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with request.app.ctx.connections.acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise ServiceUnavailable from None


@blueprint.get("/db")
async def db(request: Request) -> HTTPResponse:
    id = int(request.args.get("id", ""))
    if not 1 <= id <= 10_000:
        raise NotFound
    async with connection(request) as database:
        row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
    return json(dict(row))


@blueprint.get("/db/queries/<n>")
async def queries(request: Request, n: str) -> HTTPResponse:
    ids = asked_for(request, n)
    async with connection(request) as database:
        rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
    return json([dict(row) for row in rows])


@blueprint.get("/db/updates/<n>")
async def updates(request: Request, n: str) -> HTTPResponse:
    ids, number = asked_for(request, n), int(request.args.get("number", ""))
    if not 0 <= number <= 10_000:
        raise BadRequest
    rows = []
    async with connection(request) as database, database.transaction():
        for id in ids:
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return json(rows)


def asked_for(request: Request, n: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        rows = min(max(int(n), 1), 500)
    except ValueError:
        rows = 1
    start = int(request.args.get("start", ""))
    if not 1 <= start <= 500:
        raise BadRequest
    return range(start, start + 19 * rows, 19)


@blueprint.get("/fortunes")
async def fortunes(request: Request) -> HTTPResponse:
    added = request.args.get("added", "")
    async with connection(request) as database:
        rows = await database.fetch("SELECT id, message FROM fortune")
    fortunes = sorted([*map(dict, rows), {"id": 0, "message": added}], key=lambda fortune: fortune["message"])
    return await render("fortunes.html", context={"fortunes": fortunes})
