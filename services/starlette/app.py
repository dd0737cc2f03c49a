"""The contract in Starlette."""

import json
from collections import OrderedDict
from typing import Any

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()


class DigitsConvertor(IntegerConvertor):
    """No more digits than int() takes, and not the newline that would pass the $ after a Starlette pattern."""

    regex = r"[0-9]{1,4300}\Z"


async def json_body(request: Request) -> Any:
    """The request's body, which must be UTF-8; request.json() would take UTF-16 as well."""
    return json.loads((await request.body()).decode())


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello world")


async def hello_json(request: Request) -> Response:
    return JSONResponse({"hello": "world"})


async def greet(request: Request) -> Response:
    return PlainTextResponse(f"hello {request.path_params['name']}")


async def greet_info(request: Request) -> Response:
    return JSONResponse({"name": request.path_params["name"], "info": request.path_params["info"]})


async def number(request: Request) -> Response:
    return JSONResponse({"number": request.path_params["number"]})


async def query(request: Request) -> Response:
    return JSONResponse({"name": request.query_params.getlist("name"), "age": request.query_params.get("age")})


async def show_request(request: Request) -> Response:
    headers = {k: v for k, v in request.headers.items() if k.startswith("x-")}
    url = request.url
    return JSONResponse({"method": request.method, "path": url.path, "query": url.query, "headers": headers})


async def echo(request: Request) -> Response:
    return JSONResponse(await json_body(request))


class Item(HTTPEndpoint):
    async def put(self, request: Request) -> Response:
        id, item = request.path_params["id"], await json_body(request)
        # Encoded first: what has no JSON, such as infinity for 1e999, must not be stored.
        response = JSONResponse(item, 200 if id in items else 201)
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        return response

    async def get(self, request: Request) -> Response:
        id = request.path_params["id"]
        if id not in items:
            raise HTTPException(404)
        return JSONResponse(items[id])

    async def delete(self, request: Request) -> Response:
        id = request.path_params["id"]
        if id not in items:
            raise HTTPException(404)
        del items[id]
        return Response(status_code=204)


async def show_about(request: Request) -> Response:
    return JSONResponse(about("starlette", "uvicorn"))


async def bad_request(request: Request, error: Exception) -> Response:
    return PlainTextResponse("not JSON that can be decoded and encoded again", 400)


register_url_convertor("digits", DigitsConvertor())
app = Starlette(
    routes=[
        Route("/", hello),
        Route("/json", hello_json),
        Route("/greet/{name}", greet),
        Route("/greet/{name}/{info}", greet_info),
        Route("/number/{number:digits}", number),
        Route("/query", query),
        Route("/request", show_request),
        Route("/echo", echo, methods=["POST"]),
        Route("/items/{id}", Item),
        Route("/about", show_about),
    ],
    exception_handlers={ValueError: bad_request, RecursionError: bad_request},
    max_body_size=MAX_BODY_BYTES,
)
app.router.redirect_slashes = False
