"""Middleware: three layers around one route, each of which adds a header."""

from quart import Blueprint, Response

# Quart's ASGI middleware is around a whole app; a blueprint's functions are around its own routes.
blueprint = Blueprint("middleware", __name__)


@blueprint.get("/middleware")
async def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


# The last one that is registered is the first one after the view.
@blueprint.after_request
async def outer(response: Response) -> Response:
    response.headers.add("X-Layer", "outer")
    return response


@blueprint.after_request
async def middle(response: Response) -> Response:
    response.headers.add("X-Layer", "middle")
    return response


@blueprint.after_request
async def inner(response: Response) -> Response:
    response.headers.add("X-Layer", "inner")
    return response
