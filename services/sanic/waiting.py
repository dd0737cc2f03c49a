"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os

import httpx
from sanic import Blueprint, HTTPResponse, Request, Sanic, json
from sanic.exceptions import BadRequest, ServiceUnavailable

blueprint = Blueprint("waiting")


@blueprint.before_server_start
async def open_client(app: Sanic) -> None:
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    app.ctx.upstream = httpx.AsyncClient(base_url=os.environ["UPSTREAM"], limits=limits, timeout=2)


@blueprint.after_server_stop
async def close_client(app: Sanic) -> None:
    await app.ctx.upstream.aclose()


@blueprint.get("/sleep/<digits:[0-9]+>")  # int would take a minus
async def sleep(request: Request, digits: str) -> HTTPResponse:
    ms = int(digits)
    if ms > 10_000:
        raise BadRequest
    await asyncio.sleep(ms / 1000)
    return json({"ms": ms})


@blueprint.get("/fanout/<digits:[0-9]+>")
async def fanout(request: Request, digits: str) -> HTTPResponse:
    n, start = int(digits), int(request.args.get("start", ""))
    if n > 100 or not 1 <= start <= 9_900:
        raise BadRequest
    client: httpx.AsyncClient = request.app.ctx.upstream
    try:
        answers = await asyncio.gather(*(client.get(f"/quote/{id}") for id in range(start, start + n)))
    except httpx.HTTPError:
        raise ServiceUnavailable from None
    return json({"prices": [answer.json()["price"] for answer in answers]})
