"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from threading import Lock
from typing import Any

import cherrypy

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


# The method dispatcher calls the method that is named like the request's.
# ruff: noqa: N802
@cherrypy.expose
class Items:
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def PUT(self, id: str) -> Any:
        item = cherrypy.request.json
        with items_lock:
            cherrypy.response.status = 200 if id in items else 201
            items[id] = item
            if len(items) > MAX_ITEMS:
                items.popitem(last=False)
        return item

    @cherrypy.tools.json_out()
    def GET(self, id: str) -> Any:
        with items_lock:
            if id not in items:
                raise cherrypy.NotFound
            return items[id]

    def DELETE(self, id: str) -> None:
        with items_lock:
            if id not in items:
                raise cherrypy.NotFound
            del items[id]
        cherrypy.response.status = 204
