"""The contract in Sanic: the topics' blueprints, the answer to bad input, `GET /about`."""

from sanic import HTTPResponse, Request, Sanic, json, text

import echo
import hello
import items
import parameters
from about import about

app = Sanic("levelground")
app.config.REQUEST_MAX_SIZE = 1024 * 1024
app.blueprint([hello.blueprint, parameters.blueprint, echo.blueprint, items.blueprint])


@app.get("/about")
async def tell_about(request: Request) -> HTTPResponse:
    return json(about("sanic", "sanic", parser="sanic.http.http1", json="ujson"))


@app.exception(ValueError, OverflowError)
async def bad_request(request: Request, error: Exception) -> HTTPResponse:
    """Thousands of digits in a path, and JSON that ujson decodes but cannot encode again: half a surrogate pair."""
    return text(str(error), 400)
