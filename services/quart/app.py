"""The contract in Quart: Flask's way, awaited. A function returns text, JSON's data, or a response."""

from typing import Any

from quart import Quart, Response, jsonify, request
from quart.json.provider import DefaultJSONProvider
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000


class DigitsConverter(IntegerConverter):
    """Quart's `int` would take the digits of every script."""

    regex = "[0-9]+"


class JSONProvider(DefaultJSONProvider):
    """Python takes NaN for JSON, the contract does not."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, allow_nan=False, **kwargs)


app = Quart(__name__)
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
app.json = JSONProvider(app)
app.url_map.converters["digits"] = DigitsConverter
app.url_map.merge_slashes = False

items: dict[str, Any] = {}


async def json_body() -> Any:
    """The body as JSON: `request.get_json()` would first take in all of a chunked body, however long."""
    body = bytearray()
    async for chunk in request.body:
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
    return app.json.loads(body.decode())


@app.get("/")
async def hello() -> Response:
    return Response("hello world", mimetype="text/plain")


@app.get("/json")
async def hello_json() -> dict[str, str]:
    return {"hello": "world"}


@app.get("/greet/<name>")
async def greet(name: str) -> Response:
    return Response(f"hello {name}", mimetype="text/plain")


@app.get("/greet/<name>/<info>")
async def greet_info(name: str, info: str) -> dict[str, str]:
    return {"name": name, "info": info}


@app.get("/number/<digits:number>")
async def number(number: int) -> dict[str, int]:
    return {"number": number}


@app.get("/query")
async def query() -> dict[str, Any]:
    return {"name": request.args.getlist("name"), "age": request.args.get("age")}


@app.get("/request")
async def inspect() -> dict[str, Any]:
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-")}
    query = request.query_string.decode()
    return {"method": request.method, "path": request.path, "query": query, "headers": headers}


@app.post("/echo")
async def echo() -> Response:
    return jsonify(await json_body())


@app.get("/items/<id>")
async def get_item(id: str) -> Response | tuple[str, int]:
    return jsonify(items[id]) if id in items else ("", 404)


@app.put("/items/<id>")
async def put_item(id: str) -> tuple[Response, int]:
    item = await json_body()
    # Encoded before it is stored, so that nothing is stored which cannot be answered.
    response = jsonify(item)
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        del items[next(iter(items))]
    return response, status


@app.delete("/items/<id>")
async def delete_item(id: str) -> tuple[str, int]:
    if id not in items:
        return "", 404
    del items[id]
    return "", 204


@app.get("/about")
async def tell_about() -> dict[str, Any]:
    return about("quart", "hypercorn")


@app.errorhandler(ValueError)
@app.errorhandler(RecursionError)
async def bad_request(error: Exception) -> tuple[str, int]:
    """What is not JSON, and what Python cannot carry: NaN, endless digits, endless depth."""
    return str(error), 400
