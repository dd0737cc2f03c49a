"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from blacksheep import Request, Response, delete, get, json, no_content, not_found, put

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()


@put("/items/{id}")
async def put_item(request: Request, id: str) -> Response:
    item = await request.json()
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return json(item, status)


@get("/items/{id}")
async def get_item(id: str) -> Response:
    if id not in items:
        return not_found()
    return json(items[id])


@delete("/items/{id}")
async def delete_item(id: str) -> Response:
    if id not in items:
        return not_found()
    del items[id]
    return no_content()
