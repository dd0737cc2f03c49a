"""The contract in Sanic: a handler takes the request and what its path captured, decorators add it to the app."""

from typing import Any

from sanic import HTTPResponse, Request, Sanic, empty, json, text
from sanic.exceptions import BadRequest, NotFound, SanicException
from sanic.views import HTTPMethodView

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

app = Sanic("levelground", strict_slashes=True)
app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES

items: dict[str, Any] = {}


def json_body(request: Request) -> Any:
    """The body: `request.json` alone would take an empty one for null."""
    if not request.body:
        raise BadRequest
    return request.json


@app.get("/", strict_slashes=False)  # strict, the path // would break the router
async def hello(request: Request) -> HTTPResponse:
    return text("hello world")


@app.get("/json")
async def hello_json(request: Request) -> HTTPResponse:
    return json({"hello": "world"})


@app.get("/greet/<name>", unquote=True)
async def greet(request: Request, name: str) -> HTTPResponse:
    return text(f"hello {name}")


@app.get("/greet/<name>/<info>", unquote=True)
async def greet_info(request: Request, name: str, info: str) -> HTTPResponse:
    return json({"name": name, "info": info})


@app.get("/number/<digits:[0-9]+>")  # `int` would take a sign and the digits of every script
async def number(request: Request, digits: str) -> HTTPResponse:
    return json({"number": int(digits)})


@app.get("/query")
async def query(request: Request) -> HTTPResponse:
    args = request.get_args(keep_blank_values=True)
    return json({"name": args.getlist("name", []), "age": args.get("age")})


@app.get("/request")
async def inspect(request: Request) -> HTTPResponse:
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    return json({"method": request.method, "path": request.path, "query": request.query_string, "headers": headers})


@app.post("/echo")
async def echo(request: Request) -> HTTPResponse:
    return json(json_body(request), allow_nan=False)


class Item(HTTPMethodView):
    async def get(self, request: Request, id: str) -> HTTPResponse:
        if id not in items:
            raise NotFound
        return json(items[id])

    async def put(self, request: Request, id: str) -> HTTPResponse:
        item = json_body(request)
        # Encoded before it is stored, so that nothing is stored which cannot be answered.
        response = json(item, 200 if id in items else 201, allow_nan=False)
        items[id] = item
        if len(items) > MAX_ITEMS:
            del items[next(iter(items))]
        return response

    async def delete(self, request: Request, id: str) -> HTTPResponse:
        if id not in items:
            raise NotFound
        del items[id]
        return empty()


app.add_route(Item.as_view(), "/items/<id>", unquote=True)


@app.get("/about")
async def tell_about(request: Request) -> HTTPResponse:
    return json(about("sanic", "sanic"))


@app.exception(SanicException)
async def refuse(request: Request, error: SanicException) -> HTTPResponse:
    """Sanic's own error pages go by the Accept header, and fail on a malformed one."""
    return text(str(error), error.status_code, error.headers)


@app.exception(ValueError, OverflowError)
async def bad_request(request: Request, error: Exception) -> HTTPResponse:
    """What Python cannot carry: endless digits, NaN."""
    return text(str(error), 400)
