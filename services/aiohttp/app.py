"""The contract in aiohttp: the topics' routes, what they share, `GET /about`."""

import aiohttp_jinja2
import jinja2
from aiohttp import web

import database
import echo
import features
import forms
import hello
import items
import middleware
import pages
import parameters
import state
import streams
import validation
import waiting
import work
from about import about


async def tell_about(request: web.Request) -> web.Response:
    return web.json_response(about("aiohttp", "gunicorn", parser="aiohttp._http_parser", json="json"))


app = web.Application(client_max_size=1024 * 1024)
aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader("templates"))
app.cleanup_ctx.extend([database.connections, waiting.upstream])
app.add_routes([*hello.routes, *parameters.routes, *echo.routes, *items.routes])
app.add_routes([*validation.routes, *forms.routes, *pages.routes, *streams.routes, *state.routes])
app.add_subapp("/session", state.sessions)
app.add_subapp("/middleware", middleware.layered)
app.add_routes([*waiting.routes, *work.routes, *database.routes, web.get("/about", tell_about)])
app.add_routes(features.routes)
app.add_subapp("/features/signals", features.signalled)
app.router.register_resource(features.Palindromes("/features/routing/"))
