"""Middleware: three layers around one route, each of which adds a header."""

from flask import Blueprint, Response

blueprint = Blueprint("middleware", __name__)


@blueprint.get("/middleware")
def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


# The last one that is registered is the first one after the view.
@blueprint.after_request
def outer(response: Response) -> Response:
    response.headers.add("X-Layer", "outer")
    return response


@blueprint.after_request
def middle(response: Response) -> Response:
    response.headers.add("X-Layer", "middle")
    return response


@blueprint.after_request
def inner(response: Response) -> Response:
    response.headers.add("X-Layer", "inner")
    return response
