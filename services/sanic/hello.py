"""Hello: an answer that takes no work, as text and as JSON."""

from sanic import Blueprint, HTTPResponse, Request, json, text

blueprint = Blueprint("hello")


@blueprint.get("/")
async def hello(request: Request) -> HTTPResponse:
    return text("hello world")


@blueprint.get("/json")
async def hello_json(request: Request) -> HTTPResponse:
    return json({"hello": "world"})
