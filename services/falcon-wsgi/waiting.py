"""Waiting: an answer that takes time, but no work. It takes one of the worker's threads, too."""

import time

import falcon
from falcon import Request, Response


class Sleep:
    def on_get(self, req: Request, resp: Response, ms: str) -> None:
        if int(ms) > 10_000:
            raise falcon.HTTPBadRequest
        time.sleep(int(ms) / 1000)
        resp.media = {"ms": int(ms)}
