"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()


class Item(HTTPEndpoint):
    async def put(self, request: Request) -> Response:
        id, item = request.path_params["id"], await request.json()
        status = 200 if id in items else 201
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        return JSONResponse(item, status)

    async def get(self, request: Request) -> Response:
        id = request.path_params["id"]
        if id not in items:
            raise HTTPException(404)
        return JSONResponse(items[id])

    async def delete(self, request: Request) -> Response:
        id = request.path_params["id"]
        if id not in items:
            raise HTTPException(404)
        del items[id]
        return Response(status_code=204)


routes = [
    Route("/items/{id}", Item, max_body_size=1024 * 1024),
]
