"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from typing import Any

from quart import Blueprint, Response, request

blueprint = Blueprint("parameters", __name__)


@blueprint.get("/greet/<name>")
async def greet(name: str) -> Response:
    return Response(f"hello {name}", mimetype="text/plain")


@blueprint.get("/greet/<name>/<info>")
async def greet_info(name: str, info: str) -> dict[str, str]:
    return {"name": name, "info": info}


@blueprint.get("/number/<int:digits>")
async def number(digits: int) -> dict[str, int]:
    return {"number": digits}


@blueprint.get("/query")
async def query() -> dict[str, Any]:
    return {"name": request.args.getlist("name"), "age": request.args.get("age")}
