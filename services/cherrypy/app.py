"""The contract in CherryPy: paths are the attributes of an object, and what a method returns is the answer."""

import json
import os
import re
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

import cherrypy
from cheroot.wsgi import Server

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

type Values = str | Sequence[str]
"""How a query's parameter arrives: as a list if there are several of one name."""

items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


@cherrypy.tools.register("on_start_resource", priority=40)
def exact_path() -> None:
    """CherryPy leaves out empty segments, and calls "/" by the name of its method, too: each is another path."""
    path = cherrypy.request.wsgi_environ["REQUEST_URI"].partition("?")[0]
    if path != "/" and ("//" in path or path.endswith("/") or path == "/index"):
        raise cherrypy.NotFound


@cherrypy.tools.register("before_handler")
def no_parameters() -> None:
    """A query that a method has no arguments for would be a 404."""
    cherrypy.request.params.clear()


def json_body() -> Any:
    """The request's body; tools.json_in would look at the Content-Type, and takes no chunked body."""
    body = cherrypy.request.body
    # Without this, cheroot leaves the end of a chunked body behind, and a thread that waits for the rest of it.
    body.fp.has_trailers = True
    with (
        cherrypy.HTTPError.handle(OSError, 413),  # how cheroot refuses a chunk that is over its own limit
        cherrypy.HTTPError.handle((ValueError, RecursionError), 400),
    ):
        return json.loads(body.read().decode())


def json_answer(value: Any) -> bytes:
    """Any value as JSON; tools.json_out would take NaN for it, and encode when it is too late to refuse."""
    with cherrypy.HTTPError.handle((ValueError, RecursionError), 400):
        answer = json.dumps(value, allow_nan=False).encode()
    cherrypy.response.headers["Content-Type"] = "application/json"
    return answer


def text_answer(text: str) -> str:
    cherrypy.response.headers["Content-Type"] = "text/plain"
    return text


# The dispatcher calls the method that is named like the request's.
# ruff: noqa: N802
@cherrypy.expose
class Items:
    def GET(self, id: str) -> bytes:
        with items_lock:
            if id not in items:
                raise cherrypy.NotFound
            item = items[id]
        return json_answer(item)

    def PUT(self, id: str) -> bytes:
        item = json_body()
        # Encoded first: what has no JSON, such as infinity for 1e999, must not be stored.
        answer = json_answer(item)
        with items_lock:
            cherrypy.response.status = 200 if id in items else 201
            items[id] = item
            if len(items) > MAX_ITEMS:
                items.popitem(last=False)
        return answer

    def DELETE(self, id: str) -> None:
        with items_lock:
            if id not in items:
                raise cherrypy.NotFound
            del items[id]
        cherrypy.response.status = 204


class Root:
    items = Items()

    @cherrypy.expose
    @cherrypy.tools.allow()
    def index(self) -> str:
        return text_answer("hello world")

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def json(self) -> dict[str, str]:
        return {"hello": "world"}

    @cherrypy.expose
    @cherrypy.tools.allow()
    def greet(self, name: str, info: str | None = None) -> str | bytes:
        return text_answer(f"hello {name}") if info is None else json_answer({"name": name, "info": info})

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def number(self, digits: str) -> dict[str, int]:
        # CherryPy has no patterns for paths; int() takes no more digits than this.
        if not re.fullmatch("[0-9]{1,4300}", digits):
            raise cherrypy.NotFound
        return {"number": int(digits)}

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.no_parameters(on=False)
    @cherrypy.tools.json_out()
    def query(self, /, name: Values = (), age: Values | None = None, **others: Values) -> dict[str, Any]:
        return {"name": [name] if isinstance(name, str) else name, "age": age[-1] if isinstance(age, list) else age}

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def request(self) -> dict[str, Any]:
        request = cherrypy.request
        headers = {k.lower(): v for k, v in request.headers.items() if k.startswith("X-")}
        query = request.query_string
        return {"method": request.method, "path": request.path_info, "query": query, "headers": headers}

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def echo(self) -> bytes:
        return json_answer(json_body())

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def about(self) -> dict[str, Any]:
        # Whatever WORKERS says: CherryPy's server is one process; its documentation puts a proxy before several.
        return about("cherrypy", "cheroot") | {"workers": 1}


# Without it, CherryPy would find Python's own attributes in a path: /greet/__self__ is Root again.
no_underscores = {ord("_"): "-"}

config = {
    "/": {
        "request.dispatch": cherrypy.dispatch.Dispatcher(translate=no_underscores),
        "request.body.processors": {},  # they would take a body apart by its Content-Type
        "request.body.maxbytes": MAX_BODY_BYTES,
        "tools.encode.encoding": "utf-8",
        "tools.exact_path.on": True,
        "tools.no_parameters.on": True,
    },
    "/items": {"request.dispatch": cherrypy.dispatch.MethodDispatcher(translate=no_underscores)},
}

cherrypy.config.update(
    {
        "environment": "production",
        "server.socket_host": "0.0.0.0",
        "server.socket_port": 8000,
        "server.socket_queue_size": 2048,
        "server.socket_timeout": 75,
        "server.thread_pool": int(os.environ["THREADS"]),
        # Cheroot counts the frames of chunks as well: one byte in a chunk is six.
        "server.max_request_body_size": 8 * MAX_BODY_BYTES,
        "server.shutdown_timeout": 1,  # with the 5 that it has, half a request would outlast the stop's grace
    }
)
# https://github.com/cherrypy/cherrypy/issues/1856: no setting, and 10 idle connections are all that it would keep.
Server.keep_alive_conn_limit = None

if __name__ == "__main__":
    cherrypy.quickstart(Root(), config=config)
