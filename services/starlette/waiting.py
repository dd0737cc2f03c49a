"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def upstream() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    return httpx.AsyncClient(base_url=os.environ["UPSTREAM"], limits=limits, timeout=2)


async def sleep(request: Request) -> Response:
    ms = request.path_params["ms"]
    if ms > 10_000:
        raise HTTPException(400)
    await asyncio.sleep(ms / 1000)
    return JSONResponse({"ms": ms})


async def fanout(request: Request) -> Response:
    n, start = request.path_params["n"], int(request.query_params.get("start", ""))
    if n > 100 or not 1 <= start <= 9_900:
        raise HTTPException(400)
    client: httpx.AsyncClient = request.state.upstream
    try:
        answers = await asyncio.gather(*(client.get(f"/quote/{id}") for id in range(start, start + n)))
    except httpx.HTTPError:
        raise HTTPException(503) from None
    return JSONResponse({"prices": [answer.json()["price"] for answer in answers]})


routes = [
    Route("/sleep/{ms:int}", sleep),
    Route("/fanout/{n:int}", fanout),
]
