"""The contract in BlackSheep."""

import re
from collections import OrderedDict
from functools import lru_cache, partial
from json import dumps
from typing import Any, AnyStr
from urllib.parse import parse_qs

from blacksheep import Application, Request, Response, json, no_content, not_found, text
from blacksheep.exceptions import HTTPException
from blacksheep.server.routing import RouteMatch, Router
from blacksheep.settings.json import json_settings
from blacksheep.utils import ensure_bytes

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
json_settings.use(dumps=partial(dumps, allow_nan=False))


class ExactRouter(Router):
    """BlackSheep's own takes /JSON and /json/ for /json as well."""

    @lru_cache(maxsize=1200)  # noqa: B019 - as the overridden one; the router lives as long as the process
    def get_match_by_method_and_path(self, method: AnyStr, path: AnyStr) -> RouteMatch:
        match = super().get_match_by_method_and_path(method, path)
        exact = re.sub(rb"{[^}]*}", rb"[^/]+", match.pattern.replace(b"*", b""))
        return match if re.fullmatch(exact, ensure_bytes(path)) else RouteMatch(self.fallback, None)


app = Application(router=ExactRouter())
get, put, post, delete = app.router.get, app.router.put, app.router.post, app.router.delete


async def json_body(request: Request) -> Any:
    """The request's body; request.json() would look at the Content-Type, and knows no limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413)
    return json_settings.loads(body.decode())


@get("/")
async def hello() -> Response:
    return text("hello world")


@get("/json")
async def hello_json() -> Response:
    return json({"hello": "world"})


@get("/greet/{name}")
async def greet(request: Request) -> Response:
    # Not `greet(name: str)`, here and below: BlackSheep would percent-decode the name twice.
    return text(f"hello {request.route_values['name']}")


@get("/greet/{name}/{info}")
async def greet_info(request: Request) -> Response:
    return json({"name": request.route_values["name"], "info": request.route_values["info"]})


@get("/number/{int:number}")
async def number(number: int) -> Response:
    return json({"number": number})


@get("/query")
async def query(request: Request) -> Response:
    # request.query would drop a name with an empty value.
    params = parse_qs((request.url.query or b"").decode(), keep_blank_values=True)
    return json({"name": params.get("name", []), "age": params.get("age", [None])[0]})


@get("/request")
async def show_request(request: Request) -> Response:
    headers = {k.decode(): v.decode("latin-1") for k, v in request.headers if k.startswith(b"x-")}
    query = (request.url.query or b"").decode()
    return json({"method": request.method, "path": request.path, "query": query, "headers": headers})


@post("/echo")
async def echo(request: Request) -> Response:
    return json(await json_body(request))


@put("/items/{id}")
async def put_item(request: Request) -> Response:
    id, item = request.route_values["id"], await json_body(request)
    # Encoded first: what has no JSON, such as infinity for 1e999, must not be stored.
    response = json(item, 200 if id in items else 201)
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return response


@get("/items/{id}")
async def get_item(request: Request) -> Response:
    id = request.route_values["id"]
    return json(items[id]) if id in items else not_found()


@delete("/items/{id}")
async def delete_item(request: Request) -> Response:
    id = request.route_values["id"]
    if id not in items:
        return not_found()
    del items[id]
    return no_content()


@get("/about")
async def show_about() -> Response:
    return json(about("blacksheep", "uvicorn"))


@app.exception_handler(404)
async def no_route(app: Application, request: Request, error: Exception) -> Response:
    """BlackSheep has no 405: its router is asked which methods the path does have."""
    match, path = app.router.get_match_by_method_and_path, request.path
    methods = [m for m in ("GET", "POST", "PUT", "DELETE") if match(m, path).pattern != b"*"]
    return Response(405, [(b"Allow", ", ".join(methods).encode())]) if methods else not_found()


@app.exception_handler(ValueError)
@app.exception_handler(RecursionError)
async def bad_request(app: Application, request: Request, error: Exception) -> Response:
    return text("not JSON that can be decoded and encoded again", 400)
