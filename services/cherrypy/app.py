"""The contract in CherryPy: the topics' pages under one root, the settings they need, `GET /about`."""

import os
import sys
from pathlib import Path
from typing import Any

import cherrypy
from cheroot.wsgi import Server

from about import about
from database import Database
from echo import Echo
from forms import Forms
from hello import Hello
from items import Items
from middleware import Middleware
from pages import Pages
from parameters import Parameters
from state import State
from streams import Streams
from validation import Validation
from waiting import Waiting
from work import Work

MAX_BODY_BYTES, MAX_UPLOAD_BYTES = 1024 * 1024, 10 * 1024 * 1024


class Root(Hello, Parameters, Echo, Validation, Forms, Pages, Streams, State, Middleware, Waiting, Work, Database):
    """CherryPy looks for a path's page among the attributes of this object, and gives it what is left of the path."""

    items = Items()

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def about(self) -> dict[str, Any]:
        # Whatever WORKERS says: CherryPy's server is one process; its documentation puts a proxy before several.
        return about("cherrypy", "cheroot", parser="cheroot", json="json") | {"workers": 1}


def bad_request() -> None:
    """The answer to an unexpected error: 400 to JSON that is nested too deep, to malformed parts, and to a parameter
    that comes twice (CherryPy hands over a list, of which no number can be made), else 500."""
    status = 400 if isinstance(sys.exc_info()[1], RecursionError | EOFError | ValueError | TypeError) else 500
    cherrypy.HTTPError(status).set_response()


# Without it, CherryPy would find Python's own attributes in a path: /greet/__self__/items/1 is a 500.
no_underscores = {ord("_"): "-"}
config = {
    "/": {
        "request.dispatch": cherrypy.dispatch.Dispatcher(translate=no_underscores),
        "request.error_response": bad_request,
        "request.body.maxbytes": MAX_BODY_BYTES,
    },
    "/items": {"request.dispatch": cherrypy.dispatch.MethodDispatcher(translate=no_underscores)},
    "/static": {"tools.staticdir.on": True, "tools.staticdir.dir": str(Path("static").absolute())},
}

cherrypy.config.update(
    {
        "environment": "production",
        "server.socket_host": "0.0.0.0",
        "server.socket_port": 8000,
        "server.socket_queue_size": 2048,
        "server.socket_timeout": 75,
        "server.thread_pool": int(os.environ["THREADS"]),
        "server.max_request_body_size": MAX_UPLOAD_BYTES,
        "server.shutdown_timeout": 1,  # with the 5 that it has, half a request would outlast the stop's grace
    }
)
# https://github.com/cherrypy/cherrypy/issues/1856: no setting, and 10 idle connections are all that it would keep.
Server.keep_alive_conn_limit = None
# No setting either: the access log's line would be put together for every request, even if nothing prints it.
cherrypy.log.access = lambda: None

if __name__ == "__main__":
    cherrypy.quickstart(Root(), config=config)
