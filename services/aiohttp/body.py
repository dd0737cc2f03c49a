"""How the topics read a body."""

from typing import Any

from aiohttp import web


async def read_json(request: web.Request) -> Any:
    """The body; where it is not JSON or badly framed, aiohttp itself would answer 500."""
    try:
        return await request.json()
    except (ValueError, RecursionError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest(text=str(error)) from error
