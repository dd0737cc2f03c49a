"""Hello: an answer that takes no work, as text and as JSON."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello world")


async def hello_json(request: Request) -> Response:
    return JSONResponse({"hello": "world"})


routes = [
    Route("/", hello),
    Route("/json", hello_json),
]
