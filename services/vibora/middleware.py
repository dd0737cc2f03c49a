"""Middleware: three layers around one route, each of which adds a header.

Vibora's hooks are around all routes (those of a blueprint are never called), so these are plain decorators.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from vibora.blueprints import Blueprint
from vibora.responses import Response

type Handler = Callable[[], Awaitable[Response]]

blueprint = Blueprint()


def layer(name: str) -> Callable[[Handler], Handler]:
    def around(handler: Handler) -> Handler:
        @wraps(handler)
        async def layered() -> Response:
            response = await handler()
            inside = response.headers.get("X-Layer")
            response.headers["X-Layer"] = f"{inside}, {name}" if inside else name
            return response

        return layered

    return around


@blueprint.route("/middleware", cache=False)
@layer("outer")
@layer("middle")
@layer("inner")
async def hello() -> Response:
    return Response(b"hello world", headers={"Content-Type": "text/plain; charset=utf-8"})
