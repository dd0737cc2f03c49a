"""The contract in Flask: the topics' blueprints, the answer to bad input, `GET /about`."""

from typing import Any

from flask import Flask
from gunicorn.http.errors import ParseException

import database
import echo
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

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
app.config["SECRET_KEY"] = "of this stand, and no secret"
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
def tell_about() -> dict[str, Any]:
    return about("flask", "gunicorn", parser="gunicorn_h1c", json="json")


@app.errorhandler(ValueError)
@app.errorhandler(RecursionError)
@app.errorhandler(ParseException)
def bad_request(error: Exception) -> tuple[str, int]:
    """What cannot be decoded: no number, endless nesting, malformed chunks (gunicorn finds them while Flask reads)."""
    return "Bad Request", 400
