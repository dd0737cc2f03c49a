"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

import falcon
from falcon.asgi import Request, Response

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()


class Item:
    async def on_put(self, req: Request, resp: Response, id: str) -> None:
        item = await req.get_media()
        resp.status = falcon.HTTP_OK if id in items else falcon.HTTP_CREATED
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        resp.media = item
        if item is None:
            resp.text = "null"  # to Falcon, media that is None is no body

    async def on_get(self, req: Request, resp: Response, id: str) -> None:
        if id not in items:
            raise falcon.HTTPNotFound
        resp.media = items[id]
        if resp.media is None:
            resp.text = "null"  # as above

    async def on_delete(self, req: Request, resp: Response, id: str) -> None:
        if id not in items:
            raise falcon.HTTPNotFound
        del items[id]
        resp.status = falcon.HTTP_NO_CONTENT
