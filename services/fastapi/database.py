"""Database: rows of PostgreSQL by asyncpg, one by one, and a page of them."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from pages import templates

SECONDS = 2

router = APIRouter()


def connections() -> asyncpg.Pool:
    """To the database that the environment names; each is opened when it is first needed."""
    return asyncpg.create_pool(
        min_size=0,
        max_size=int(os.environ["DATABASE_CONNECTIONS"]),
        max_inactive_connection_lifetime=0,
        timeout=SECONDS,
        command_timeout=SECONDS,
    )


async def connection(request: Request) -> AsyncIterator[asyncpg.Connection]:
    try:
        async with request.state.connections.acquire(timeout=SECONDS) as connection:
            yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        raise HTTPException(503) from None


async def asked_for(n: str, start: Annotated[int, Query(ge=1, le=500)]) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        rows = min(max(int(n), 1), 500)
    except ValueError:
        rows = 1
    return range(start, start + 19 * rows, 19)


type Ids = Annotated[range, Depends(asked_for)]
# Given back when the function returns, not when the answer has been sent.
type Connection = Annotated[asyncpg.Connection, Depends(connection, scope="function")]


@router.get("/db")
async def db(id: Annotated[int, Query(ge=1, le=10_000)], database: Connection) -> dict[str, int]:
    return dict(await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id))


@router.get("/db/queries/{n}")
async def queries(ids: Ids, database: Connection) -> list[dict[str, int]]:
    rows = [await database.fetchrow("SELECT id, number FROM world WHERE id = $1", id) for id in ids]
    return [dict(row) for row in rows]


@router.get("/db/updates/{n}")
async def updates(
    ids: Ids, number: Annotated[int, Query(ge=0, le=10_000)], database: Connection
) -> list[dict[str, int]]:
    rows = []
    async with database.transaction():
        for id in ids:
            row = await database.fetchrow("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
            await database.execute("UPDATE tally SET number = $1 WHERE id = $2", number, row["id"])
            rows.append({"id": row["id"], "number": number})
    return rows


@router.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request, added: str, database: Connection) -> Response:
    rows = await database.fetch("SELECT id, message FROM fortune")
    fortunes = sorted([*map(dict, rows), {"id": 0, "message": added}], key=lambda fortune: fortune["message"])
    return templates.TemplateResponse(request, "fortunes.html", {"fortunes": fortunes})
