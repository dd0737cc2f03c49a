"""Waiting: an answer that takes time, but no work."""

import asyncio

from blacksheep import Response, bad_request, get, json


@get("/sleep/{int:ms}")
async def sleep(ms: int) -> Response:
    if ms > 10_000:
        return bad_request()
    await asyncio.sleep(ms / 1000)
    return json({"ms": ms})
