"""Hello: an answer that takes no work, as text and as JSON."""

from quart import Blueprint, Response

blueprint = Blueprint("hello", __name__)


@blueprint.get("/")
async def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


@blueprint.get("/json")
async def hello_json() -> dict[str, str]:
    return {"hello": "world"}
