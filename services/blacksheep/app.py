"""The contract in BlackSheep: a function's parameters are bound by name and type, responses come from helpers."""

import json as jsonlib
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from blacksheep import Application, Request, Response, delete, get, json, no_content, not_found, post, put, text
from blacksheep.exceptions import HTTPException
from blacksheep.settings.json import json_settings

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000

# Python takes NaN for JSON, the contract does not.
json_settings.use(dumps=partial(jsonlib.dumps, allow_nan=False))

app = Application()
items: dict[str, Any] = {}


async def json_body(request: Request) -> Any:
    """The body as JSON: `request.json()` would look at Content-Type, and knows no limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, "Content Too Large")
    return json_settings.loads(body.decode())


@get("/")
async def hello() -> Response:
    return text("hello world")


@get("/json")
async def hello_json() -> Response:
    return json({"hello": "world"})


@get("/greet/{name}")
async def greet(name: str) -> Response:
    return text(f"hello {name}")


@get("/greet/{name}/{info}")
async def greet_info(name: str, info: str) -> Response:
    return json({"name": name, "info": info})


@get("/number/{int:digits}")
async def number(digits: int) -> Response:
    return json({"number": digits})


@get("/query")
async def query(request: Request) -> Response:
    # `request.query` would drop a name without a value.
    params = parse_qs((request.url.query or b"").decode(), keep_blank_values=True)
    return json({"name": params.get("name", []), "age": params.get("age", [None])[0]})


@get("/request")
async def inspect(request: Request) -> Response:
    headers = {name.decode(): value.decode("latin-1") for name, value in request.headers if name.startswith(b"x-")}
    query = (request.url.query or b"").decode()
    return json({"method": request.method, "path": request.path, "query": query, "headers": headers})


@post("/echo")
async def echo(request: Request) -> Response:
    return json(await json_body(request))


@get("/items/{id}")
async def get_item(id: str) -> Response:
    return json(items[id]) if id in items else not_found()


@put("/items/{id}")
async def put_item(id: str, request: Request) -> Response:
    item = await json_body(request)
    # Encoded before it is stored, so that nothing is stored which cannot be answered.
    response = json(item, 200 if id in items else 201)
    items[id] = item
    if len(items) > MAX_ITEMS:
        del items[next(iter(items))]
    return response


@delete("/items/{id}")
async def delete_item(id: str) -> Response:
    if id not in items:
        return not_found()
    del items[id]
    return no_content()


@get("/about")
async def tell_about() -> Response:
    return json(about("blacksheep", "uvicorn"))


async def no_route(request: Request) -> Response:
    """BlackSheep has no 405: ask its router for the methods that the path does have."""
    methods = [
        method for method in ("GET", "POST", "PUT", "DELETE") if app.router.get_matching_route(method, request.path)
    ]
    return Response(405, [(b"Allow", ", ".join(methods).encode())]) if methods else not_found()


app.router.fallback = no_route


@app.exception_handler(ValueError)
@app.exception_handler(RecursionError)
async def bad_request(app: Application, request: Request, error: Exception) -> Response:
    """What is not JSON, and what Python cannot carry: NaN, endless digits, endless depth."""
    return text(str(error), 400)
