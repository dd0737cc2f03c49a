"""The contract in Quart."""

from collections import OrderedDict
from functools import partial
from typing import Any

from quart import Quart, Response, abort, jsonify, request
from werkzeug.routing import IntegerConverter

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000


class DigitsConverter(IntegerConverter):
    """ASCII digits alone, and no more of them than int() takes; IntegerConverter's \\d means any script's digits."""

    regex = "[0-9]{1,4300}"


items: OrderedDict[str, Any] = OrderedDict()
app = Quart(__name__)
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
app.json.dumps = partial(app.json.dumps, allow_nan=False)
app.url_map.converters["digits"] = DigitsConverter
app.url_map.merge_slashes = False


async def json_body() -> Any:
    """The request's body; request.get_json() would first take in all of a chunked one, however long."""
    body = bytearray()
    async for chunk in request.body:
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            abort(413)
    return app.json.loads(body.decode())


@app.get("/")
async def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


@app.get("/json")
async def hello_json() -> dict:
    return {"hello": "world"}


@app.get("/greet/<name>")
async def greet(name: str) -> Response:
    return Response(f"hello {name}", mimetype="text/plain")


@app.get("/greet/<name>/<info>")
async def greet_info(name: str, info: str) -> dict:
    return {"name": name, "info": info}


@app.get("/number/<digits:number>")
async def number(number: int) -> dict:
    return {"number": number}


@app.get("/query")
async def query() -> dict:
    return {"name": request.args.getlist("name"), "age": request.args.get("age")}


@app.get("/request")
async def show_request() -> dict:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode(errors="replace"),
        "headers": {k.lower(): v for k, v in request.headers if k.lower().startswith("x-")},
    }


@app.post("/echo")
async def echo() -> Response:
    return jsonify(await json_body())


@app.put("/items/<id>")
async def put_item(id: str) -> tuple[Response, int]:
    item = await json_body()
    # Encoded first: what has no JSON, such as infinity for 1e999, must not be stored.
    response = jsonify(item)
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return response, status


@app.get("/items/<id>")
async def get_item(id: str) -> Response:
    if id not in items:
        abort(404)
    return jsonify(items[id])


@app.delete("/items/<id>")
async def delete_item(id: str) -> tuple[str, int]:
    if id not in items:
        abort(404)
    del items[id]
    return "", 204


@app.get("/about")
async def show_about() -> dict:
    return about("quart", "hypercorn")


@app.errorhandler(ValueError)
@app.errorhandler(RecursionError)
async def bad_request(error: Exception) -> tuple[str, int]:
    return "not JSON that can be decoded and encoded again", 400
