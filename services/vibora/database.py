"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import html
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from vibora import Request, Vibora
from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

from parameters import argument, without_query

SECONDS = 2

blueprint = Blueprint()  # the templates are those of pages: Vibora refuses a folder that is named twice


class Unavailable(Exception):
    pass


async def connections(app: Vibora):  # the type of what it returns would be taken for one more component
    """To the database that the environment names; each is opened when it is first needed. Routes are given the pool."""
    pool = await asyncpg.create_pool(
        min_size=0,
        max_size=int(os.environ["DATABASE_CONNECTIONS"]),
        max_inactive_connection_lifetime=0,
        timeout=SECONDS,
        command_timeout=SECONDS,
    )
    app.components.add(pool)


@asynccontextmanager
async def connection(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with pool.acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise Unavailable from None


@blueprint.handle(Unavailable)
async def unavailable() -> Response:
    return Response(b"Service Unavailable", 503)


@blueprint.route(r"/db(?:\?.*)?")
async def db(request: Request, pool: asyncpg.Pool) -> Response:
    id = int(argument(request, "id"))
    if not 1 <= id <= 10_000:
        return Response(b"404 Not Found", 404)
    async with connection(pool) as database:
        row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
    return JsonResponse(dict(row))


@blueprint.route("/db/queries/<n>")
async def queries(n: str, request: Request, pool: asyncpg.Pool) -> Response:
    ids = asked_for(n, request)
    async with connection(pool) as database:
        rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
    return JsonResponse([dict(row) for row in rows])


@blueprint.route("/db/updates/<n>")
async def updates(n: str, request: Request, pool: asyncpg.Pool) -> Response:
    ids, number = asked_for(n, request), int(argument(request, "number"))
    if not 0 <= number <= 10_000:
        return Response(b"Bad Request", 400)
    rows = []
    async with connection(pool) as database, database.transaction():
        for id in ids:
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return JsonResponse(rows)


def asked_for(n: str, request: Request) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        count = min(max(int(without_query(n)), 1), 500)
    except ValueError:
        count = 1
    start = int(argument(request, "start"))
    if not 1 <= start <= 500:
        raise ValueError("no such rows")
    return range(start, start + 19 * count, 19)


@blueprint.route(r"/fortunes(?:\?.*)?")
async def fortunes(request: Request, pool: asyncpg.Pool) -> Response:
    async with connection(pool) as database:
        rows = await database.fetch("SELECT id, message FROM fortune")
    added = {"id": 0, "message": argument(request, "added")}
    fortunes = sorted([*map(dict, rows), added], key=lambda fortune: fortune["message"])
    response = await blueprint.render("fortunes.html", fortunes=fortunes, escape=html.escape)
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response
