"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from aiohttp import web

from body import read_json

routes = web.RouteTableDef()


@routes.get("/request")
async def show_request(request: web.Request) -> web.Response:
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-")}
    query = request.rel_url.raw_query_string
    return web.json_response({"method": request.method, "path": request.path, "query": query, "headers": headers})


@routes.post("/echo")
async def echo(request: web.Request) -> web.Response:
    return web.json_response(await read_json(request))
