"""Hello: an answer that takes no work, as text and as JSON."""

from blacksheep import Response, get, json, text


@get("/")
async def hello() -> Response:
    return text("hello world")


@get("/json")
async def hello_json() -> Response:
    return json({"hello": "world"})
