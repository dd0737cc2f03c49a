"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from aiohttp import web

from body import read_json

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
routes = web.RouteTableDef()


@routes.put("/items/{id}")
async def put_item(request: web.Request) -> web.Response:
    id, item = request.match_info["id"], await read_json(request)
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
