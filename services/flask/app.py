"""The contract in Flask."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from about import about
from flask import Flask, Response, abort, jsonify, request
from werkzeug.routing import IntegerConverter

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000


class DigitsConverter(IntegerConverter):
    """ASCII digits alone, and no more of them than int() takes; IntegerConverter's \\d means any script's digits."""

    regex = "[0-9]{1,4300}"


items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
app.url_map.converters["digits"] = DigitsConverter
app.url_map.merge_slashes = False


@app.errorhandler(RecursionError)
def too_deep(error: RecursionError) -> tuple[str, int]:
    return "too deeply nested", 400


@app.get("/")
def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


@app.get("/json")
def hello_json() -> dict:
    return {"hello": "world"}


@app.get("/greet/<name>")
def greet(name: str) -> Response:
    return Response(f"hello {name}", mimetype="text/plain")


@app.get("/greet/<name>/<info>")
def greet_info(name: str, info: str) -> dict:
    return {"name": name, "info": info}


@app.get("/number/<digits:number>")
def number(number: int) -> dict:
    return {"number": number}


@app.get("/query")
def query() -> dict:
    return {"name": request.args.getlist("name"), "age": request.args.get("age")}


@app.get("/request")
def show_request() -> dict:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode(errors="replace"),
        "headers": {k.lower(): v for k, v in request.headers if k.lower().startswith("x-")},
    }


@app.post("/echo")
def echo() -> Response:
    return jsonify(request.get_json(force=True))


@app.put("/items/<id>")
def put_item(id: str) -> tuple[Response, int]:
    item = request.get_json(force=True)
    with items_lock:
        status = 200 if id in items else 201
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
    return jsonify(item), status


@app.get("/items/<id>")
def get_item(id: str) -> Response:
    try:
        return jsonify(items[id])
    except KeyError:
        abort(404)


@app.delete("/items/<id>")
def delete_item(id: str) -> tuple[str, int]:
    try:
        with items_lock:
            del items[id]
    except KeyError:
        abort(404)
    return "", 204


@app.get("/about")
def show_about() -> dict:
    return about("flask", "gunicorn")
