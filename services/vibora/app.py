"""The contract in Vibora: the topics' blueprints, the answer to bad input, `GET /about`.

Historical: Vibora is unmaintained since 2018.
What build.py does to its last release, so that it runs on today's Python, it says itself.
"""

import os

from vibora import Vibora
from vibora.exceptions import InvalidJSON, StaticNotFound
from vibora.hooks import Events
from vibora.limits import ServerLimits
from vibora.parsers.errors import HttpParserError
from vibora.responses import JsonResponse, Response
from vibora.static import StaticHandler

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

# By itself Vibora takes bodies of up to 1 MiB. The buffer holds every answer: where it is full, Vibora fails.
app = Vibora(static=StaticHandler(["static"]), server_limits=ServerLimits(write_buffer=8 * 1024 * 1024))
app.add_blueprint(hello.blueprint)
app.add_blueprint(parameters.blueprint)
app.add_blueprint(echo.blueprint)
app.add_blueprint(items.blueprint)
app.add_blueprint(validation.blueprint)
app.add_blueprint(forms.blueprint)
app.add_blueprint(pages.blueprint)
app.add_blueprint(streams.blueprint)
app.add_blueprint(state.blueprint)
app.add_blueprint(middleware.blueprint)
app.add_blueprint(waiting.blueprint)
app.add_blueprint(work.blueprint)
app.add_blueprint(database.blueprint)
# Vibora never calls the hooks of a blueprint.
app.handle(Events.BEFORE_SERVER_START)(waiting.upstream)
app.handle(Events.BEFORE_SERVER_START)(database.connections)


@app.route("/about")
async def tell_about() -> Response:
    return JsonResponse(about("vibora", "vibora", parser="vibora.parsers.parser", json="ujson"))


app.add_blueprint(features.prefixed, prefixes={"": "/features/blueprint"})
app.add_blueprint(features.blueprint)


@app.handle([InvalidJSON, HttpParserError, ValueError, OverflowError])
async def bad_request() -> Response:
    """Malformed JSON, framing, names and numbers; what ujson decodes but cannot encode again."""
    return Response(b"Bad Request", 400)


@app.handle(StaticNotFound)
async def no_such_file() -> Response:
    """By itself, Vibora answers 500."""
    return Response(b"404 Not Found", 404)


if __name__ == "__main__":
    app.run("0.0.0.0", 8000, workers=int(os.environ["WORKERS"]), debug=False, verbose=False)
