"""Middleware: three layers around one page, each of which adds a header. CherryPy calls them tools."""

import cherrypy


def add(layer: str) -> None:
    headers = cherrypy.response.headers  # which has one value for each name
    headers["X-Layer"] = f"{headers['X-Layer']}, {layer}" if "X-Layer" in headers else layer


# The priority is the order of tools at the same point; this is the point at which a page has been called.
@cherrypy.tools.register("before_finalize", priority=30)
def outer() -> None:
    add("outer")


@cherrypy.tools.register("before_finalize", priority=20)
def middle() -> None:
    add("middle")


@cherrypy.tools.register("before_finalize", priority=10)
def inner() -> None:
    add("inner")


class Middleware:
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.outer()
    @cherrypy.tools.middle()
    @cherrypy.tools.inner()
    def middleware(self) -> str:
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return "hello world"
