"""The contract in BlackSheep: the application, what the topics share, the answer to bad input, `GET /about`."""

from collections.abc import AsyncIterator

import asyncpg
from blacksheep import Application, Request, Response, get, json, text
from blacksheep.client import ClientSession

import features
from about import about

# A topic registers its routes in the default router when it is imported: here in the contract's order.
# isort: off
import hello  # noqa: F401
import parameters  # noqa: F401
import echo  # noqa: F401
import items  # noqa: F401
import validation  # noqa: F401
import forms  # noqa: F401
import pages  # noqa: F401
import streams  # noqa: F401
import state  # noqa: F401
import middleware  # noqa: F401
import waiting
import work  # noqa: F401
import database
# isort: on

app = Application()
app.serve_files("static", root_path="static")


@app.lifespan
async def share() -> AsyncIterator[None]:
    async with database.connections() as connections, waiting.upstream() as upstream:
        app.services.register(asyncpg.Pool, instance=connections)
        app.services.register(ClientSession, instance=upstream)
        yield


@get("/about")
async def tell_about() -> Response:
    return json(about("blacksheep", "uvicorn", parser="httptools", json="json"))


features.register(app)


@app.exception_handler(ValueError)
@app.exception_handler(RecursionError)
async def bad_request(app: Application, request: Request, error: Exception) -> Response:
    """What BlackSheep cannot decode, or not encode again: endless nesting, thousands of digits, no UTF-8."""
    return text("Bad Request", 400)
