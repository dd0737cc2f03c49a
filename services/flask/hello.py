"""Hello: an answer that takes no work, as text and as JSON."""

from flask import Blueprint, Response

blueprint = Blueprint("hello", __name__)


@blueprint.get("/")
def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


@blueprint.get("/json")
def hello_json() -> dict[str, str]:
    return {"hello": "world"}
