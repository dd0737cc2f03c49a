"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os

from blacksheep import Response, bad_request, get, json, status_code
from blacksheep.client import ClientSession
from blacksheep.client.connection import ConnectionException


def upstream() -> ClientSession:
    # Of a connection that the other side has closed, the client learns when it asks: so it tries another one at once.
    client = ClientSession(os.environ["UPSTREAM"], connection_timeout=2, request_timeout=2, max_connection_retries=256)
    client.delay_before_retry = 0
    return client


@get("/sleep/{int:ms}")
async def sleep(ms: int) -> Response:
    if ms > 10_000:
        return bad_request()
    await asyncio.sleep(ms / 1000)
    return json({"ms": ms})


@get("/fanout/{int:n}")
async def fanout(n: int, start: int, client: ClientSession) -> Response:
    if n > 100 or not 1 <= start <= 9_900:
        return bad_request()
    try:
        prices = await asyncio.gather(*(price(client, id) for id in range(start, start + n)))
    except (OSError, ConnectionException):
        return status_code(503)
    return json({"prices": prices})


async def price(client: ClientSession, id: int) -> int:
    answer = await client.get(f"/quote/{id}")
    return (await answer.json())["price"]
