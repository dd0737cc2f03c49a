"""The contract in Vibora: a handler names what it wants by type (path parameters, the request), bytes go out.

What build.py does to Vibora before, it says itself.
"""

import os
from typing import Any
from urllib.parse import parse_qs, unquote

import ujson
import vibora
from vibora import Vibora
from vibora.exceptions import InvalidJSON, MethodNotAllowed, NotFound
from vibora.limits import RouteLimits, ServerLimits
from vibora.parsers.errors import HttpParserError
from vibora.responses import JsonResponse, Response
from vibora.router import RouterStrategy
from vibora.utils import RequestParams

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

app = Vibora(
    router_strategy=RouterStrategy.STRICT,
    route_limits=RouteLimits(max_body_size=MAX_BODY_BYTES),
    # More than any answer takes (9e15 is written out): Vibora fails where it would wait for a slow reader.
    server_limits=ServerLimits(write_buffer=8 * MAX_BODY_BYTES),
)
app.static = None  # or else /static would have paths of its own

items: dict[str, Any] = {}


class Request(vibora.Request):
    """Takes the query off the path: the router would look for both together, and `args` would be bytes."""

    def __init__(self, url: bytes, *args: Any) -> None:
        path, _, query = url.partition(b"?")
        super().__init__(path, *args)
        self.query = query.decode()

    @property
    def args(self) -> RequestParams:
        return RequestParams(parse_qs(self.query, keep_blank_values=True))


app.override_request(Request)


def text(content: str) -> Response:
    return Response(content.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})


def strict_json(value: Any, status_code: int = 200) -> Response:
    """For what a client sent: JsonResponse would write NaN and Infinity."""
    content = ujson.dumps(value, allow_nan=False).encode()
    return Response(content, status_code, headers={"Content-Type": "application/json"})


@app.route("/", cache=False)  # Vibora keeps the answers of handlers that it takes for constant
async def hello() -> Response:
    return text("hello world")


@app.route("/json", cache=False)
async def hello_json() -> Response:
    return JsonResponse({"hello": "world"})


@app.route("/greet/<name>")
async def greet(name: str) -> Response:
    return text(f"hello {unquote(name)}")


@app.route("/greet/<name>/<info>")
async def greet_info(name: str, info: str) -> Response:
    return JsonResponse({"name": unquote(name), "info": unquote(info)})


@app.route(r"/number/(?=[0-9]{1,4300}\Z)<digits>")  # a parameter has no pattern, and int() takes no more digits
async def number(digits: int) -> Response:
    return JsonResponse({"number": digits})


@app.route("/query")
async def query(request: Request) -> Response:
    return JsonResponse({"name": request.args.get_list("name"), "age": request.args.get("age")})


@app.route("/request")
async def inspect(request: Request) -> Response:
    headers = {name: value for name, value in request.headers.dump().items() if name.startswith("x-")}
    method, path = request.method.decode(), request.url.decode()
    return JsonResponse({"method": method, "path": path, "query": request.query, "headers": headers})


@app.route("/echo", methods=["POST"])
async def echo(request: Request) -> Response:
    return strict_json(await request.json())


@app.route("/items/<id>")
async def get_item(id: str) -> Response:
    try:
        return JsonResponse(items[unquote(id)])
    except KeyError:
        raise NotFound from None


@app.route("/items/<id>", methods=["PUT"])
async def put_item(id: str, request: Request) -> Response:
    id, item = unquote(id), await request.json()
    # Encoded before it is stored, so that nothing is stored which cannot be answered.
    response = strict_json(item, 200 if id in items else 201)
    items[id] = item
    if len(items) > MAX_ITEMS:
        del items[next(iter(items))]
    return response


@app.route("/items/<id>", methods=["DELETE"])
async def delete_item(id: str) -> Response:
    if items.pop(unquote(id), items) is items:
        raise NotFound
    return Response(b"", 204)


@app.route("/about")
async def tell_about() -> Response:
    return JsonResponse(about("vibora", "vibora"))


# Vibora answers 500 to what follows, but for the 405: there its own answer has no names for the methods.


@app.handle([InvalidJSON, HttpParserError, UnicodeDecodeError, OverflowError])
async def bad_request() -> Response:
    """Malformed JSON, framing and headers; NaN."""
    return Response(b"Bad Request", 400)


@app.handle(TimeoutError)
async def request_timeout() -> Response:
    """A body that does not come."""
    return Response(b"Request Timeout", 408)


@app.handle(MethodNotAllowed)
async def method_not_allowed(request: Request) -> Response:
    methods = [b", ".join(route.methods) for route in app.routes if route.regex.fullmatch(request.url)]
    return Response(b"Method Not Allowed", 405, headers={"Allow": b", ".join(methods).decode()})


if __name__ == "__main__":
    app.run("0.0.0.0", 8000, workers=int(os.environ["WORKERS"]), debug=False, verbose=False)
