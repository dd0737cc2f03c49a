"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any
from urllib.parse import unquote

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.exceptions import NotFound
from vibora.responses import JsonResponse, Response

MAX_ITEMS = 1_000

blueprint = Blueprint()
items: OrderedDict[str, Any] = OrderedDict()


@blueprint.route("/items/<id>", methods=["PUT"])
async def put_item(id: str, request: Request) -> Response:
    id, item = unquote(id), await request.json()
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return JsonResponse(item, status)


@blueprint.route("/items/<id>")
async def get_item(id: str) -> Response:
    id = unquote(id)
    if id not in items:
        raise NotFound
    return JsonResponse(items[id])


@blueprint.route("/items/<id>", methods=["DELETE"])
async def delete_item(id: str) -> Response:
    id = unquote(id)
    if id not in items:
        raise NotFound
    del items[id]
    return Response(b"", 204)
