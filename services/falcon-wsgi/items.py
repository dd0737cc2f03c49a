"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from threading import Lock
from typing import Any

import falcon
from falcon import Request, Response

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


class Item:
    def on_put(self, req: Request, resp: Response, id: str) -> None:
        item = req.get_media()
        with items_lock:
            resp.status = falcon.HTTP_OK if id in items else falcon.HTTP_CREATED
            items[id] = item
            if len(items) > MAX_ITEMS:
                items.popitem(last=False)
        resp.media = item
        if item is None:
            resp.text = "null"  # to Falcon, media that is None is no body

    def on_get(self, req: Request, resp: Response, id: str) -> None:
        with items_lock:
            if id not in items:
                raise falcon.HTTPNotFound
            resp.media = items[id]
        if resp.media is None:
            resp.text = "null"  # as above

    def on_delete(self, req: Request, resp: Response, id: str) -> None:
        with items_lock:
            if id not in items:
                raise falcon.HTTPNotFound
            del items[id]
        resp.status = falcon.HTTP_NO_CONTENT
