"""Middleware: three layers around one route, each of which adds a header."""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Layer:
    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app = app
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("X-Layer", self.name)
            await send(message)

        await self.app(scope, receive, send_with_header)


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello world")


layers = [Middleware(Layer, name="outer"), Middleware(Layer, name="middle"), Middleware(Layer, name="inner")]

routes = [
    Route("/middleware", hello, middleware=layers),
]
