"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from tornado.web import HTTPError

from body import JsonHandler

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()


class Item(JsonHandler):
    def put(self, id: str) -> None:
        item = self.read_json()
        self.set_status(200 if id in items else 201)
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        self.write_json(item)

    def get(self, id: str) -> None:
        if id not in items:
            raise HTTPError(404)
        self.write_json(items[id])

    def delete(self, id: str) -> None:
        if id not in items:
            raise HTTPError(404)
        del items[id]
        self.set_status(204)


routes = [(r"/items/([^/]+)", Item)]
