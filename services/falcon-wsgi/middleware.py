"""Middleware: three layers around one route, each of which adds a header.

Falcon's middleware is around all routes; what is around one are hooks.
"""

import falcon
from falcon import Request, Response


def add_layer(req: Request, resp: Response, resource: object, name: str) -> None:
    resp.append_header("X-Layer", name)


class Layered:
    @falcon.after(add_layer, "outer")
    @falcon.after(add_layer, "middle")
    @falcon.after(add_layer, "inner")
    def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "hello world"
