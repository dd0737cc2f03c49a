"""The contract in Sanic: the topics' blueprints, the answer to bad input, `GET /about`."""

from sanic import HTTPResponse, Request, Sanic, json, text
from sanic_ext.extensions.templating.extension import TemplatingExtension

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

app = Sanic("levelground")
app.config.REQUEST_MAX_SIZE = 10 * 1024 * 1024  # of all routes, since an upload may have so much
# Without the extensions that each request of each route would pay for, and without the page of documentation.
app.extend(extensions=[TemplatingExtension], built_in_extensions=False)
app.blueprint([hello.blueprint, parameters.blueprint, echo.blueprint, items.blueprint])
app.blueprint([validation.blueprint, forms.blueprint, pages.blueprint, streams.blueprint, state.blueprint])
app.blueprint([middleware.blueprint, waiting.blueprint, work.blueprint, database.blueprint])


@app.get("/about")
async def tell_about(request: Request) -> HTTPResponse:
    return json(about("sanic", "sanic", parser="sanic.http.http1", json="ujson"))


app.blueprint([features.prefixed, features.blueprint])


@app.exception(ValueError, OverflowError)
async def bad_request(request: Request, error: Exception) -> HTTPResponse:
    """Thousands of digits in a path, a NUL in a file's name, and JSON that ujson decodes but cannot encode again."""
    return text(str(error), 400)
