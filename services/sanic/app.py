"""The contract in Sanic."""

from collections import OrderedDict
from typing import Any

from about import about
from sanic import BadRequest, HTTPResponse, NotFound, Request, Sanic, empty, json, text

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000

items: OrderedDict[str, Any] = OrderedDict()
app = Sanic("levelground", strict_slashes=True)
app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES


def json_body(request: Request) -> Any:
    """The request's body; request.json alone would take an empty one for null."""
    if not request.body:
        raise BadRequest
    return request.json


@app.get("/")
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


@app.get("/number/<digits:[0-9]{1,4300}>")  # int() takes no more digits
async def number(request: Request, digits: str) -> HTTPResponse:
    return json({"number": int(digits)})


@app.get("/query")
async def query(request: Request) -> HTTPResponse:
    args = request.get_args(keep_blank_values=True)
    return json({"name": args.getlist("name", []), "age": args.get("age")})


@app.get("/request")
async def show_request(request: Request) -> HTTPResponse:
    return json(
        {
            "method": request.method,
            "path": request.path,
            "query": request.query_string,
            "headers": {k: v for k, v in request.headers.items() if k.startswith("x-")},
        }
    )


@app.post("/echo")
async def echo(request: Request) -> HTTPResponse:
    return json(json_body(request))


@app.put("/items/<id>", unquote=True)
async def put_item(request: Request, id: str) -> HTTPResponse:
    item = json_body(request)
    status = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return json(item, status=status)


@app.get("/items/<id>", unquote=True)
async def get_item(request: Request, id: str) -> HTTPResponse:
    if id not in items:
        raise NotFound
    return json(items[id])


@app.delete("/items/<id>", unquote=True)
async def delete_item(request: Request, id: str) -> HTTPResponse:
    if id not in items:
        raise NotFound
    del items[id]
    return empty()


@app.get("/about")
async def show_about(request: Request) -> HTTPResponse:
    return json(about("sanic", "sanic"))
