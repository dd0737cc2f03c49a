"""Middleware: three layers around one route, each of which adds a header."""

from aiohttp import web
from aiohttp.typedefs import Handler


@web.middleware
async def outer(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers.add("X-Layer", "outer")
    return response


@web.middleware
async def middle(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers.add("X-Layer", "middle")
    return response


@web.middleware
async def inner(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers.add("X-Layer", "inner")
    return response


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello world")


# An application of its own: aiohttp's middlewares are around all routes of one.
layered = web.Application(middlewares=[outer, middle, inner])
layered.router.add_get("", hello)
