"""The contract in aiohttp: the topics' routes, `GET /about`."""

from aiohttp import web

import echo
import hello
import items
import parameters
from about import about


async def tell_about(request: web.Request) -> web.Response:
    return web.json_response(about("aiohttp", "gunicorn", parser="aiohttp._http_parser", json="json"))


app = web.Application(client_max_size=1024 * 1024)
app.add_routes([*hello.routes, *parameters.routes, *echo.routes, *items.routes, web.get("/about", tell_about)])
