"""The contract in Starlette: an endpoint takes a request and returns a response, and the routes are a list."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000

items: dict[str, Any] = {}


async def json_body(request: Request) -> Any:
    """The body, which must be JSON in UTF-8: `request.json()` would take UTF-16 as well."""
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
    return JSONResponse({"number": request.path_params["digits"]})


async def query(request: Request) -> Response:
    params = request.query_params
    return JSONResponse({"name": params.getlist("name"), "age": params.get("age")})


async def inspect(request: Request) -> Response:
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    url = request.url
    return JSONResponse({"method": request.method, "path": url.path, "query": url.query, "headers": headers})


async def echo(request: Request) -> Response:
    return JSONResponse(await json_body(request))


class Item(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        item_id = request.path_params["id"]
        if item_id not in items:
            raise HTTPException(404)
        return JSONResponse(items[item_id])

    async def put(self, request: Request) -> Response:
        item_id, item = request.path_params["id"], await json_body(request)
        # Encoded before it is stored, so that nothing is stored which cannot be answered.
        response = JSONResponse(item, 200 if item_id in items else 201)
        items[item_id] = item
        if len(items) > MAX_ITEMS:
            del items[next(iter(items))]
        return response

    async def delete(self, request: Request) -> Response:
        item_id = request.path_params["id"]
        if item_id not in items:
            raise HTTPException(404)
        del items[item_id]
        return Response(status_code=204)


async def tell_about(request: Request) -> Response:
    return JSONResponse(about("starlette", "uvicorn"))


async def bad_request(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 400)


app = Starlette(
    routes=[
        Route("/", hello),
        Route("/json", hello_json),
        Route("/greet/{name}", greet),
        Route("/greet/{name}/{info}", greet_info),
        Route("/number/{digits:int}", number),
        Route("/query", query),
        Route("/request", inspect),
        Route("/echo", echo, methods=["POST"]),
        Route("/items/{id}", Item),
        Route("/about", tell_about),
    ],
    # What is not JSON, and what Python cannot carry: NaN, half a surrogate pair, endless digits, endless depth.
    exception_handlers={ValueError: bad_request, RecursionError: bad_request},
    max_body_size=MAX_BODY_BYTES,
)
app.router.redirect_slashes = False
