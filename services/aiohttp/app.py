"""The contract in aiohttp: a handler takes a request and returns a response, and decorators fill a route table."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

items: dict[str, Any] = {}
routes = web.RouteTableDef()
# Python takes NaN for JSON, the contract does not.
strict_json = partial(json.dumps, allow_nan=False)


async def json_body(request: web.Request) -> Any:
    """The body, which must be JSON in UTF-8: `request.json()` would go by the charset of the Content-Type."""
    return json.loads((await request.read()).decode())


@routes.get("/")
async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello world")


@routes.get("/json")
async def hello_json(request: web.Request) -> web.Response:
    return web.json_response({"hello": "world"})


@routes.get("/greet/{name}")
async def greet(request: web.Request) -> web.Response:
    return web.Response(text=f"hello {request.match_info['name']}")


@routes.get("/greet/{name}/{info}")
async def greet_info(request: web.Request) -> web.Response:
    return web.json_response({"name": request.match_info["name"], "info": request.match_info["info"]})


@routes.get("/number/{digits:[0-9]+}")
async def number(request: web.Request) -> web.Response:
    return web.json_response({"number": int(request.match_info["digits"])})


@routes.get("/query")
async def query(request: web.Request) -> web.Response:
    return web.json_response({"name": request.query.getall("name", []), "age": request.query.get("age")})


@routes.get("/request")
async def inspect(request: web.Request) -> web.Response:
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-")}
    query = request.rel_url.raw_query_string
    return web.json_response({"method": request.method, "path": request.path, "query": query, "headers": headers})


@routes.post("/echo")
async def echo(request: web.Request) -> web.Response:
    return web.json_response(await json_body(request), dumps=strict_json)


@routes.get("/items/{id}")
async def get_item(request: web.Request) -> web.Response:
    item_id = request.match_info["id"]
    if item_id not in items:
        raise web.HTTPNotFound
    return web.json_response(items[item_id])


@routes.put("/items/{id}")
async def put_item(request: web.Request) -> web.Response:
    item_id, item = request.match_info["id"], await json_body(request)
    # Encoded before it is stored, so that nothing is stored which cannot be answered.
    response = web.json_response(item, status=200 if item_id in items else 201, dumps=strict_json)
    items[item_id] = item
    if len(items) > MAX_ITEMS:
        del items[next(iter(items))]
    return response


@routes.delete("/items/{id}")
async def delete_item(request: web.Request) -> web.Response:
    item_id = request.match_info["id"]
    if item_id not in items:
        raise web.HTTPNotFound
    del items[item_id]
    return web.Response(status=204)


@routes.get("/about")
async def tell_about(request: web.Request) -> web.Response:
    return web.json_response(about("aiohttp", "gunicorn"))


@web.middleware
async def bad_request(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """What is not JSON, what Python cannot carry (NaN, endless digits, endless depth), and broken framing."""
    try:
        return await handler(request)
    except (ValueError, RecursionError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest(text=str(error)) from error


app = web.Application(middlewares=[bad_request], client_max_size=MAX_BODY_BYTES)
app.add_routes(routes)
