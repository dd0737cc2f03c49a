"""The contract in Tornado: a class per path, a method per method, and the answer is written."""

import asyncio
import json
import os
import sys
from socket import socket
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.process import fork_processes
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

items: dict[str, Any] = {}


class Handler(RequestHandler):
    def write_text(self, text: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(text)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code == 405:
            written = [m for m in self.SUPPORTED_METHODS if m.lower() in vars(type(self))]
            self.set_header("Allow", ", ".join(written))
        super().write_error(status_code, **kwargs)


@stream_request_body
class BodyHandler(Handler):
    """Collects the body itself, since the server's own answer to one over its limit is 400."""

    def prepare(self) -> None:
        self.request.connection.set_max_body_size(sys.maxsize)
        self.body = bytearray()

    def data_received(self, chunk: bytes) -> None:
        if len(self.body) <= MAX_BODY_BYTES:
            self.body += chunk

    def echo_json(self) -> Any:
        """Answers the body, which must be JSON in UTF-8 that Python can carry: no NaN, no endless digits or depth."""
        if len(self.body) > MAX_BODY_BYTES:
            raise HTTPError(413)
        try:
            value = json.loads(self.body.decode())
            self.write_json(value)
        except (ValueError, RecursionError) as error:
            raise HTTPError(400) from error
        return value

    def write_json(self, value: Any) -> None:
        """Any value: `write` alone takes nothing but a dict for JSON."""
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(value, allow_nan=False))


class Hello(Handler):
    def get(self) -> None:
        self.write_text("hello world")


class HelloJson(Handler):
    def get(self) -> None:
        self.write({"hello": "world"})


class Greet(Handler):
    def get(self, name: str) -> None:
        self.write_text(f"hello {name}")


class GreetInfo(Handler):
    def get(self, name: str, info: str) -> None:
        self.write({"name": name, "info": info})


class Number(Handler):
    def get(self, digits: str) -> None:
        self.write({"number": int(digits)})


class Query(Handler):
    def get(self) -> None:
        names, age = self.get_query_arguments("name", strip=False), self.get_query_argument("age", None, strip=False)
        self.write({"name": names, "age": age})


class Inspect(Handler):
    def get(self) -> None:
        request = self.request
        headers = {name.lower(): value for name, value in request.headers.items() if name.startswith("X-")}
        self.write({"method": request.method, "path": request.path, "query": request.query, "headers": headers})


class Echo(BodyHandler):
    def post(self) -> None:
        self.echo_json()


class Item(BodyHandler):
    def get(self, id: str) -> None:
        if id not in items:
            raise HTTPError(404)
        self.write_json(items[id])

    def put(self, id: str) -> None:
        item = self.echo_json()
        self.set_status(200 if id in items else 201)
        items[id] = item
        if len(items) > MAX_ITEMS:
            del items[next(iter(items))]

    def delete(self, id: str) -> None:
        if id not in items:
            raise HTTPError(404)
        del items[id]
        self.set_status(204)


class TellAbout(Handler):
    def get(self) -> None:
        self.write(about("tornado", "tornado"))


app = Application(
    [
        (r"/", Hello),
        (r"/json", HelloJson),
        (r"/greet/([^/]+)", Greet),
        (r"/greet/([^/]+)/([^/]+)", GreetInfo),
        (r"/number/([0-9]{1,4300})", Number),  # int() takes no more digits
        (r"/query", Query),
        (r"/request", Inspect),
        (r"/echo", Echo),
        (r"/items/([^/]+)", Item),
        (r"/about", TellAbout),
    ],
    log_function=lambda handler: None,
)


async def serve(sockets: list[socket]) -> None:
    HTTPServer(app, max_body_size=MAX_BODY_BYTES).add_sockets(sockets)
    await asyncio.Event().wait()


if __name__ == "__main__":
    sockets = bind_sockets(8000)
    fork_processes(int(os.environ["WORKERS"]))
    asyncio.run(serve(sockets))
