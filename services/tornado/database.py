"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from tornado.web import HTTPError, RequestHandler

from body import JsonHandler, whole

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
async def connection(handler: RequestHandler) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with handler.settings["connections"].acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise HTTPError(503) from error


class Db(RequestHandler):
    async def get(self) -> None:
        id = whole(self.get_query_argument("id"))
        if not 1 <= id <= 10_000:
            raise HTTPError(404)
        async with connection(self) as database:
            row = await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id)
        self.write(dict(row))


class Queries(JsonHandler):
    async def get(self, n: str) -> None:
        ids = asked_for(self, n)
        async with connection(self) as database:
            rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
        self.write_json([dict(row) for row in rows])


class Updates(JsonHandler):
    async def get(self, n: str) -> None:
        ids, number = asked_for(self, n), whole(self.get_query_argument("number"))
        if not 0 <= number <= 10_000:
            raise HTTPError(400)
        rows = []
        async with connection(self) as database, database.transaction():
            for id in ids:
                row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
                await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
                rows.append({"id": row["id"], "number": number})
        self.write_json(rows)


def asked_for(handler: RequestHandler, n: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        count = min(max(int(n), 1), 500)
    except ValueError:
        count = 1
    start = whole(handler.get_query_argument("start"))
    if not 1 <= start <= 500:
        raise HTTPError(400)
    return range(start, start + 19 * count, 19)


class Fortunes(RequestHandler):
    async def get(self) -> None:
        async with connection(self) as database:
            rows = await database.fetch("SELECT id, message FROM fortune")
        added = {"id": 0, "message": self.get_query_argument("added", "")}
        fortunes = sorted([*map(dict, rows), added], key=lambda fortune: fortune["message"])
        self.render("fortunes.html", fortunes=fortunes)


routes = [
    (r"/db", Db),
    (r"/db/queries/([^/]+)", Queries),
    (r"/db/updates/([^/]+)", Updates),
    (r"/fortunes", Fortunes),
]
