"""How the topics read a number from the query string. Where there is none, aiohttp itself would answer 500."""

from aiohttp import web


def read_integer(request: web.Request, name: str, lowest: int, highest: int, *, default: str = "") -> int:
    try:
        number = int(request.query.get(name, default))
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    if not lowest <= number <= highest:
        raise web.HTTPBadRequest(text=f"{name} is from {lowest} to {highest}")
    return number
