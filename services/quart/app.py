"""The contract in Quart: the topics' blueprints, the answer to bad input, `GET /about`."""

import sys
from typing import Any

from quart import Quart

import echo
import hello
import items
import parameters
from about import about

app = Quart(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
app.register_blueprint(hello.blueprint)
app.register_blueprint(parameters.blueprint)
app.register_blueprint(echo.blueprint)
app.register_blueprint(items.blueprint)


@app.get("/about")
async def tell_about() -> dict[str, Any]:
    # Two services run this app. That Hypercorn is loaded tells nothing: Quart loads it itself.
    server, parser = ("uvicorn", "httptools") if "uvicorn" in sys.modules else ("hypercorn", "h11")
    return about("quart", server, parser=parser, json="json")


@app.errorhandler(ValueError)
@app.errorhandler(RecursionError)
async def bad_request(error: Exception) -> tuple[str, int]:
    """What Quart cannot decode: endless nesting, a body or a query string that is not UTF-8."""
    return "Bad Request", 400
