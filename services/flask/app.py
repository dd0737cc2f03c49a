"""The contract in Flask: the topics' blueprints, the answer to bad input, `GET /about`."""

from typing import Any

from flask import Flask
from gunicorn.http.errors import ParseException

import echo
import hello
import items
import parameters
from about import about

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
app.register_blueprint(hello.blueprint)
app.register_blueprint(parameters.blueprint)
app.register_blueprint(echo.blueprint)
app.register_blueprint(items.blueprint)


@app.get("/about")
def tell_about() -> dict[str, Any]:
    return about("flask", "gunicorn", parser="gunicorn_h1c", json="json")


@app.errorhandler(RecursionError)
@app.errorhandler(ParseException)
def bad_request(error: Exception) -> tuple[str, int]:
    """What Flask cannot decode: endless nesting, and malformed chunks, which gunicorn finds while Flask reads them."""
    return "Bad Request", 400
