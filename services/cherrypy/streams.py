"""Streams: an answer piece by piece, and server-sent events. Each takes one of the server's threads until it ends."""

import re
import time
from collections.abc import Iterator

import cherrypy


class Streams:
    # Otherwise CherryPy would join the pieces before it sends them.
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.config(**{"response.stream": True})
    def stream(self, digits: str, ms: str = "0") -> Iterator[str]:
        if not re.fullmatch("[0-9]{1,15}", digits):
            raise cherrypy.NotFound
        chunks, pause = int(digits), int(ms)
        if chunks > 1_000 or not 0 <= pause <= 1_000:
            raise cherrypy.HTTPError(400)
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return pieces(chunks, pause)

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.config(**{"response.stream": True})
    def events(self, count: str, name: str, ms: str = "0") -> Iterator[str]:
        events, pause = int(count), int(ms)
        if events > 1_000 or not 0 <= pause <= 1_000:
            raise cherrypy.HTTPError(400)
        cherrypy.response.headers["Content-Type"] = "text/event-stream"
        return ticks(events, name, pause)


def pieces(chunks: int, ms: int) -> Iterator[str]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n"
        if ms:
            time.sleep(ms / 1000)


def ticks(count: int, name: str, ms: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"id: {number}\nevent: tick\ndata: {name} {number}\n\n"
        if ms:
            time.sleep(ms / 1000)
