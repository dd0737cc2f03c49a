"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import falcon
from falcon.asgi import Request, Response

from pages import templates

SECONDS = 2


class Database:
    """Middleware that is called when the process starts and ends, but not for requests."""

    connections: asyncpg.Pool

    async def process_startup(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """To the database that the environment names; each connection is opened when it is first needed."""
        self.connections = await asyncpg.create_pool(
            min_size=0,
            max_size=int(os.environ["DATABASE_CONNECTIONS"]),
            max_inactive_connection_lifetime=0,
            timeout=SECONDS,
            command_timeout=SECONDS,
        )

    async def process_shutdown(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        await self.connections.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with self.connections.acquire(timeout=SECONDS) as connection:
                yield connection
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            raise falcon.HTTPServiceUnavailable from None


class Rows:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def on_get(self, req: Request, resp: Response) -> None:
        id = req.get_param_as_int("id", required=True, min_value=1, max_value=10_000)
        async with self.database.connection() as connection:
            row = await connection.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
        resp.media = dict(row)

    async def on_get_queries(self, req: Request, resp: Response, n: str) -> None:
        ids = asked_for(req, n)
        async with self.database.connection() as connection:
            rows = [await connection.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
        resp.media = [dict(row) for row in rows]

    async def on_get_updates(self, req: Request, resp: Response, n: str) -> None:
        ids = asked_for(req, n)
        number = req.get_param_as_int("number", required=True, min_value=0, max_value=10_000)
        rows = []
        async with self.database.connection() as connection, connection.transaction():
            for id in ids:
                row = await connection.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
                await connection.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
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
    def __init__(self, database: Database) -> None:
        self.database = database

    async def on_get(self, req: Request, resp: Response) -> None:
        async with self.database.connection() as connection:
            rows = await connection.fetch("SELECT id, message FROM fortune")
        added = {"id": 0, "message": req.get_param("added", default="")}
        fortunes = sorted([*map(dict, rows), added], key=lambda fortune: fortune["message"])
        resp.content_type = falcon.MEDIA_HTML
        resp.text = templates.get_template("fortunes.html").render(fortunes=fortunes)
