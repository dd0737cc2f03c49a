"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


async def greet(request: Request) -> Response:
    return PlainTextResponse(f"hello {request.path_params['name']}")


async def greet_info(request: Request) -> Response:
    return JSONResponse({"name": request.path_params["name"], "info": request.path_params["info"]})


async def number(request: Request) -> Response:
    return JSONResponse({"number": request.path_params["digits"]})


async def query(request: Request) -> Response:
    return JSONResponse({"name": request.query_params.getlist("name"), "age": request.query_params.get("age")})


routes = [
    Route("/greet/{name}", greet),
    Route("/greet/{name}/{info}", greet_info),
    Route("/number/{digits:int}", number),
    Route("/query", query),
]
