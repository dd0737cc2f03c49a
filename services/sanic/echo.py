"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from sanic import Blueprint, HTTPResponse, Request, json

blueprint = Blueprint("echo")


@blueprint.get("/request")
async def show_request(request: Request) -> HTTPResponse:
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    return json({"method": request.method, "path": request.path, "query": request.query_string, "headers": headers})


@blueprint.post("/echo")
async def echo(request: Request) -> HTTPResponse:
    return json(request.json)
