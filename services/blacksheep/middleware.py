"""Middleware: three layers around one route, each of which adds a header.

BlackSheep's middlewares are around all routes; what is around some are decorators.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from blacksheep import Response, get, text

type Handler = Callable[[], Awaitable[Response]]


def layer(name: str) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def wrapped() -> Response:
            response = await handler()
            response.add_header(b"X-Layer", name.encode())
            return response

        return wrapped

    return decorate


@get("/middleware")
@layer("outer")
@layer("middle")
@layer("inner")
async def hello() -> Response:
    return text("hello world")
