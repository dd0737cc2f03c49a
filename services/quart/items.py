"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from quart import Blueprint, Response, abort, jsonify, request

MAX_ITEMS = 1_000

blueprint = Blueprint("items", __name__)
items: OrderedDict[str, Any] = OrderedDict()


@blueprint.put("/items/<id>")
async def put_item(id: str) -> tuple[Response, int]:
    item = await request.get_json()
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return jsonify(item), status


@blueprint.get("/items/<id>")
async def get_item(id: str) -> Response:
    if id not in items:
        abort(404)
    return jsonify(items[id])


@blueprint.delete("/items/<id>")
async def delete_item(id: str) -> tuple[str, int]:
    if id not in items:
        abort(404)
    del items[id]
    return "", 204
