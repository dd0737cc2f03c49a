"""Waiting: an answer that takes time, but no work."""

import asyncio

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/sleep/{ms:[0-9]{1,5}}")
async def sleep(request: web.Request) -> web.Response:
    ms = int(request.match_info["ms"])
    if ms > 10_000:
        raise web.HTTPBadRequest
    await asyncio.sleep(ms / 1000)
    return web.json_response({"ms": ms})
