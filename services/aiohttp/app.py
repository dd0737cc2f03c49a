"""The contract in aiohttp."""

import json
from collections import OrderedDict
from typing import Any

from about import about
from aiohttp import web

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000

items: OrderedDict[str, Any] = OrderedDict()
routes = web.RouteTableDef()


async def json_body(request: web.Request) -> Any:
    """The request's body; request.json() would decode it by the Content-Type's charset instead of as UTF-8."""
    try:
        return json.loads((await request.read()).decode())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error


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


@routes.get("/number/{digits:[0-9]{1,4300}}")  # int() takes no more digits
async def number(request: web.Request) -> web.Response:
    return web.json_response({"number": int(request.match_info["digits"])})


@routes.get("/query")
async def query(request: web.Request) -> web.Response:
    return web.json_response({"name": request.query.getall("name", []), "age": request.query.get("age")})


@routes.get("/request")
async def show_request(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "path": request.path,
            "query": request.rel_url.raw_query_string,
            "headers": {k.lower(): v for k, v in request.headers.items() if k.lower().startswith("x-")},
        }
    )


@routes.post("/echo")
async def echo(request: web.Request) -> web.Response:
    return web.json_response(await json_body(request))


@routes.put("/items/{id}")
async def put_item(request: web.Request) -> web.Response:
    id, item = request.match_info["id"], await json_body(request)
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return web.json_response(item, status=status)


@routes.get("/items/{id}")
async def get_item(request: web.Request) -> web.Response:
    id = request.match_info["id"]
    if id not in items:
        raise web.HTTPNotFound
    return web.json_response(items[id])


@routes.delete("/items/{id}")
async def delete_item(request: web.Request) -> web.Response:
    id = request.match_info["id"]
    if id not in items:
        raise web.HTTPNotFound
    del items[id]
    return web.Response(status=204)


@routes.get("/about")
async def show_about(request: web.Request) -> web.Response:
    return web.json_response(about("aiohttp", "gunicorn"))


app = web.Application(client_max_size=MAX_BODY_BYTES)
app.add_routes(routes)
