"""Streams: an answer piece by piece, and server-sent events. Under WSGI, Falcon has no WebSockets.

An answer that waits takes one of the worker's threads, too.
"""

import time
from collections.abc import Iterator

import falcon
from falcon import Request, Response


class Stream:
    def on_get(self, req: Request, resp: Response, chunks: str) -> None:
        ms = req.get_param_as_int("ms", min_value=0, max_value=1_000, default=0)
        if int(chunks) > 1_000:
            raise falcon.HTTPBadRequest
        resp.content_type = falcon.MEDIA_TEXT
        resp.stream = pieces(int(chunks), ms)


def pieces(chunks: int, ms: int) -> Iterator[bytes]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n".encode()
        if ms:
            time.sleep(ms / 1000)


class Events:
    def on_get(self, req: Request, resp: Response) -> None:
        count = req.get_param_as_int("count", required=True, min_value=0, max_value=1_000)
        ms = req.get_param_as_int("ms", min_value=0, max_value=1_000, default=0)
        resp.content_type = "text/event-stream"  # resp.sse is for ASGI only
        resp.stream = ticks(count, req.get_param("name", default=""), ms)


def ticks(count: int, name: str, ms: int) -> Iterator[bytes]:
    for number in range(1, count + 1):
        yield f"event: tick\nid: {number}\ndata: {name} {number}\n\n".encode()
        if ms:
            time.sleep(ms / 1000)
