"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from query import read_integer

UPSTREAM = web.AppKey("UPSTREAM", aiohttp.ClientSession)

routes = web.RouteTableDef()


async def upstream(app: web.Application) -> AsyncIterator[None]:
    connector, timeout = aiohttp.TCPConnector(limit=256), aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(os.environ["UPSTREAM"], connector=connector, timeout=timeout) as session:
        app[UPSTREAM] = session
        yield


@routes.get("/sleep/{ms:[0-9]{1,5}}")
async def sleep(request: web.Request) -> web.Response:
    ms = int(request.match_info["ms"])
    if ms > 10_000:
        raise web.HTTPBadRequest
    await asyncio.sleep(ms / 1000)
    return web.json_response({"ms": ms})


@routes.get("/fanout/{n:[0-9]{1,3}}")
async def fanout(request: web.Request) -> web.Response:
    n, start = int(request.match_info["n"]), read_integer(request, "start", 1, 9_900)
    if n > 100:
        raise web.HTTPBadRequest
    session = request.app[UPSTREAM]
    try:
        prices = await asyncio.gather(*(price(session, id) for id in range(start, start + n)))
    except (aiohttp.ClientError, TimeoutError):
        raise web.HTTPServiceUnavailable from None
    return web.json_response({"prices": prices})


async def price(session: aiohttp.ClientSession, id: int) -> int:
    async with session.get(f"/quote/{id}") as answer:
        return (await answer.json())["price"]
