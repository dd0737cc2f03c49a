"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

MAX_ITEMS = 1_000

blueprint = Blueprint("items", __name__)
items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


@blueprint.put("/items/<id>")
def put_item(id: str) -> tuple[Response, int]:
    item = request.get_json()
    with items_lock:
        status = 200 if id in items else 201
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
    return jsonify(item), status


@blueprint.get("/items/<id>")
def get_item(id: str) -> Response:
    with items_lock:
        if id not in items:
            abort(404)
        item = items[id]
    return jsonify(item)


@blueprint.delete("/items/<id>")
def delete_item(id: str) -> tuple[str, int]:
    with items_lock:
        if id not in items:
            abort(404)
        del items[id]
    return "", 204
