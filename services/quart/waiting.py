"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os
from collections.abc import AsyncIterator

import httpx
from quart import Blueprint, abort, current_app, request

blueprint = Blueprint("waiting", __name__)


@blueprint.while_app_serving
async def upstream() -> AsyncIterator[None]:
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    async with httpx.AsyncClient(base_url=os.environ["UPSTREAM"], limits=limits, timeout=2) as current_app.upstream:
        yield


@blueprint.get("/sleep/<int:ms>")
async def sleep(ms: int) -> dict[str, int]:
    if ms > 10_000:
        abort(400)
    await asyncio.sleep(ms / 1000)
    return {"ms": ms}


@blueprint.get("/fanout/<int:n>")
async def fanout(n: int) -> dict[str, list[int]]:
    start = int(request.args["start"])
    if n > 100 or not 1 <= start <= 9_900:
        abort(400)
    client = current_app.upstream
    try:
        answers = await asyncio.gather(*(client.get(f"/quote/{id}") for id in range(start, start + n)))
    except httpx.HTTPError:
        abort(503)
    return {"prices": [answer.json()["price"] for answer in answers]}
