"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os
from typing import Any

import falcon
import httpx
from falcon.asgi import Request, Response


class Upstream:
    """Middleware that is called when the process starts and ends, but not for requests."""

    client: httpx.AsyncClient

    async def process_startup(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
        self.client = httpx.AsyncClient(base_url=os.environ["UPSTREAM"], limits=limits, timeout=2)

    async def process_shutdown(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        await self.client.aclose()


class Sleep:
    async def on_get(self, req: Request, resp: Response, ms: str) -> None:
        if int(ms) > 10_000:
            raise falcon.HTTPBadRequest
        await asyncio.sleep(int(ms) / 1000)
        resp.media = {"ms": int(ms)}


class Fanout:
    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream

    async def on_get(self, req: Request, resp: Response, n: str) -> None:
        start = req.get_param_as_int("start", required=True, min_value=1, max_value=9_900)
        if int(n) > 100:
            raise falcon.HTTPBadRequest
        client = self.upstream.client
        try:
            answers = await asyncio.gather(*(client.get(f"/quote/{id}") for id in range(start, start + int(n))))
        except httpx.HTTPError:
            raise falcon.HTTPServiceUnavailable from None
        resp.media = {"prices": [answer.json()["price"] for answer in answers]}
