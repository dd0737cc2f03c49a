"""Hello: an answer that takes no work, as text and as JSON."""

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/")
async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello world")


@routes.get("/json")
async def hello_json(request: web.Request) -> web.Response:
    return web.json_response({"hello": "world"})
