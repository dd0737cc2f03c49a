"""Middleware: three layers around one route, each of which adds a header."""

from sanic import Blueprint, HTTPResponse, Request, text

# A blueprint's middleware is around its own routes only; what is registered last comes first after the handler.
blueprint = Blueprint("middleware")


@blueprint.on_response
async def outer(request: Request, response: HTTPResponse) -> None:
    response.headers.add("X-Layer", "outer")


@blueprint.on_response
async def middle(request: Request, response: HTTPResponse) -> None:
    response.headers.add("X-Layer", "middle")


@blueprint.on_response
async def inner(request: Request, response: HTTPResponse) -> None:
    response.headers.add("X-Layer", "inner")


@blueprint.get("/middleware")
async def hello(request: Request) -> HTTPResponse:
    return text("hello world")
