"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sanic.exceptions import NotFound
from sanic.views import HTTPMethodView

MAX_ITEMS = 1_000

blueprint = Blueprint("items")
items: OrderedDict[str, Any] = OrderedDict()


class Item(HTTPMethodView):
    async def put(self, request: Request, id: str) -> HTTPResponse:
        item = request.json
        status = 200 if id in items else 201
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        return json(item, status)

    async def get(self, request: Request, id: str) -> HTTPResponse:
        if id not in items:
            raise NotFound
        return json(items[id])

    async def delete(self, request: Request, id: str) -> HTTPResponse:
        if id not in items:
            raise NotFound
        del items[id]
        return empty()


blueprint.add_route(Item.as_view(), "/items/<id>", unquote=True)
