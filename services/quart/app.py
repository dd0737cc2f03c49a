"""The contract in Quart: the topics' blueprints, the answer to bad input, `GET /about`."""

import sys
from typing import Any

from quart import Quart
from quart_schema import QuartSchema

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

app = Quart(__name__)
app.config["MAX_CONTENT_LENGTH"] = 10 * 1024 * 1024  # of all routes, since an upload may have so much
app.config["SECRET_KEY"] = "of this stand, and no secret"
# No page of documentation. And dicts that views return stay as they are: by itself, Quart-Schema would have pydantic
# convert each of them, on all routes.
QuartSchema(app, openapi_path=None, conversion_preference="msgspec")
app.register_blueprint(hello.blueprint)
app.register_blueprint(parameters.blueprint)
app.register_blueprint(echo.blueprint)
app.register_blueprint(items.blueprint)
app.register_blueprint(validation.blueprint)
app.register_blueprint(forms.blueprint)
app.register_blueprint(pages.blueprint)
app.register_blueprint(streams.blueprint)
app.register_blueprint(state.blueprint)
app.register_blueprint(middleware.blueprint)
app.register_blueprint(waiting.blueprint)
app.register_blueprint(work.blueprint)
app.register_blueprint(database.blueprint)


@app.get("/about")
async def tell_about() -> dict[str, Any]:
    # Two services run this app. That Hypercorn is loaded tells nothing: Quart loads it itself.
    server, parser = ("uvicorn", "httptools") if "uvicorn" in sys.modules else ("hypercorn", "h11")
    return about("quart", server, parser=parser, json="json")


app.register_blueprint(features.prefixed)
app.register_blueprint(features.blueprint)


@app.errorhandler(ValueError)
@app.errorhandler(RecursionError)
async def bad_request(error: Exception) -> tuple[str, int]:
    """What Quart cannot decode: endless nesting, a body or a query string that is not UTF-8."""
    return "Bad Request", 400
