"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def show_request(request: Request) -> Response:
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    url = request.url
    return JSONResponse({"method": request.method, "path": url.path, "query": url.query, "headers": headers})


async def echo(request: Request) -> Response:
    return JSONResponse(await request.json())


routes = [
    Route("/request", show_request),
    Route("/echo", echo, methods=["POST"], max_body_size=1024 * 1024),
]
