"""The contract in Tornado: the topics' routes, `GET /about`, the server."""

import asyncio
import os
from socket import socket

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.process import fork_processes
from tornado.web import Application, RequestHandler

import database
import echo
import features
import forms
import hello
import items
import middleware
import pages
import parameters
import state
import streams
import validation
import waiting
import work
from about import about


class TellAbout(RequestHandler):
    def get(self) -> None:
        self.write(about("tornado", "tornado", parser="tornado.http1connection", json="json"))


app = Application(
    [
        *hello.routes,
        *parameters.routes,
        *echo.routes,
        *items.routes,
        *validation.routes,
        *forms.routes,
        *pages.routes,
        *streams.routes,
        *state.routes,
        *middleware.routes,
        *waiting.routes,
        *work.routes,
        *database.routes,
        (r"/about", TellAbout),
        *features.routes,
    ],
    template_path="templates",
    cookie_secret="of this stand, and no secret",
    websocket_max_message_size=1024 * 1024,
    log_function=lambda handler: None,  # no access log
)


async def serve(sockets: list[socket]) -> None:
    async with database.connections() as app.settings["connections"]:
        HTTPServer(app, max_body_size=10 * 1024 * 1024).add_sockets(sockets)
        await asyncio.Event().wait()


if __name__ == "__main__":
    sockets = bind_sockets(8000)
    fork_processes(int(os.environ["WORKERS"]))
    asyncio.run(serve(sockets))
