"""Waiting: an answer that takes time, but no work."""

import asyncio

import falcon
from falcon.asgi import Request, Response


class Sleep:
    async def on_get(self, req: Request, resp: Response, ms: str) -> None:
        if int(ms) > 10_000:
            raise falcon.HTTPBadRequest
        await asyncio.sleep(int(ms) / 1000)
        resp.media = {"ms": int(ms)}
