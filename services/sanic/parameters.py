"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from sanic import Blueprint, HTTPResponse, Request, json, text

blueprint = Blueprint("parameters")


@blueprint.get("/greet/<name>", unquote=True)
async def greet(request: Request, name: str) -> HTTPResponse:
    return text(f"hello {name}")


@blueprint.get("/greet/<name>/<info>", unquote=True)
async def greet_info(request: Request, name: str, info: str) -> HTTPResponse:
    return json({"name": name, "info": info})


@blueprint.get("/number/<digits:[0-9]+>")  # int would take a minus
async def number(request: Request, digits: str) -> HTTPResponse:
    return json({"number": int(digits)})


@blueprint.get("/query")
async def query(request: Request) -> HTTPResponse:
    return json({"name": request.args.getlist("name", []), "age": request.args.get("age")})
