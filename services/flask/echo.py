"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

blueprint = Blueprint("echo", __name__)


@blueprint.get("/request")
def show_request() -> dict[str, Any]:
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-")}
    query = request.query_string.decode()
    return {"method": request.method, "path": request.path, "query": query, "headers": headers}


@blueprint.post("/echo")
def echo() -> Response:
    return jsonify(request.get_json())
