"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from typing import Any

from flask import Blueprint, Response, request

blueprint = Blueprint("parameters", __name__)


@blueprint.get("/greet/<name>")
def greet(name: str) -> Response:
    return Response(f"hello {name}", mimetype="text/plain")


@blueprint.get("/greet/<name>/<info>")
def greet_info(name: str, info: str) -> dict[str, str]:
    return {"name": name, "info": info}


@blueprint.get("/number/<int:digits>")
def number(digits: int) -> dict[str, int]:
    return {"number": digits}


@blueprint.get("/query")
def query() -> dict[str, Any]:
    return {"name": request.args.getlist("name"), "age": request.args.get("age")}
