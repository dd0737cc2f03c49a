"""Middleware: three layers around one route, each of which adds a header."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.routing import Route

type Next = Callable[[Request], Awaitable[Response]]

router = APIRouter()
# An application of its own: FastAPI's middleware is around all routes of one.
layered = FastAPI()
router.routes.append(Route("/middleware", layered))


@layered.get("/middleware", response_class=PlainTextResponse)
async def hello() -> str:
    return "hello world"


# The last one that is added is the outermost.
@layered.middleware("http")
async def inner(request: Request, call_next: Next) -> Response:
    response = await call_next(request)
    response.headers.append("X-Layer", "inner")
    return response


@layered.middleware("http")
async def middle(request: Request, call_next: Next) -> Response:
    response = await call_next(request)
    response.headers.append("X-Layer", "middle")
    return response


@layered.middleware("http")
async def outer(request: Request, call_next: Next) -> Response:
    response = await call_next(request)
    response.headers.append("X-Layer", "outer")
    return response
