"""The contract in Flask: a function returns text, JSON's data, or a response, decorators add it to the app."""

from threading import Lock
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from flask.json.provider import DefaultJSONProvider
from gunicorn.http.errors import ParseException
from werkzeug.routing import IntegerConverter

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000


class DigitsConverter(IntegerConverter):
    """Flask's `int` would take the digits of every script."""

    regex = "[0-9]+"


class JSONProvider(DefaultJSONProvider):
    """Python takes NaN for JSON, the contract does not."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, allow_nan=False, **kwargs)


app = Flask(__name__, static_folder=None)
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1
app.json = JSONProvider(app)
app.url_map.converters["digits"] = DigitsConverter
app.url_map.merge_slashes = False

items: dict[str, Any] = {}
items_lock = Lock()


def json_body() -> Any:
    """The body, which must be JSON in UTF-8: `request.get_json()` would take UTF-16 as well."""
    body = request.get_data()
    # A chunked body is not refused but cut off at MAX_CONTENT_LENGTH: one byte more than is allowed tells.
    if len(body) > MAX_BODY_BYTES:
        abort(413)
    return app.json.loads(body.decode())


@app.get("/")
def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


@app.get("/json")
def hello_json() -> dict[str, str]:
    return {"hello": "world"}


@app.get("/greet/<name>")
def greet(name: str) -> Response:
    return Response(f"hello {name}", mimetype="text/plain")


@app.get("/greet/<name>/<info>")
def greet_info(name: str, info: str) -> dict[str, str]:
    return {"name": name, "info": info}


@app.get("/number/<digits:number>")
def number(number: int) -> dict[str, int]:
    return {"number": number}


@app.get("/query")
def query() -> dict[str, Any]:
    return {"name": request.args.getlist("name"), "age": request.args.get("age")}


@app.get("/request")
def inspect() -> dict[str, Any]:
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-")}
    query = request.query_string.decode()
    return {"method": request.method, "path": request.path, "query": query, "headers": headers}


@app.post("/echo")
def echo() -> Response:
    return jsonify(json_body())


@app.get("/items/<id>")
def get_item(id: str) -> Response | tuple[str, int]:
    with items_lock:
        if id not in items:
            return "", 404
        item = items[id]
    return jsonify(item)


@app.put("/items/<id>")
def put_item(id: str) -> tuple[Response, int]:
    item = json_body()
    # Encoded before it is stored, so that nothing is stored which cannot be answered.
    response = jsonify(item)
    with items_lock:
        status = 200 if id in items else 201
        items[id] = item
        if len(items) > MAX_ITEMS:
            del items[next(iter(items))]
    return response, status


@app.delete("/items/<id>")
def delete_item(id: str) -> tuple[str, int]:
    with items_lock:
        if id not in items:
            return "", 404
        del items[id]
    return "", 204


@app.get("/about")
def tell_about() -> dict[str, Any]:
    return about("flask", "gunicorn")


@app.errorhandler(ValueError)
@app.errorhandler(RecursionError)
@app.errorhandler(ParseException)
def bad_request(error: Exception) -> tuple[str, int]:
    """What is not JSON, what Python cannot carry (NaN, endless digits, endless depth), and broken framing."""
    return str(error), 400
