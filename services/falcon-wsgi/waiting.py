"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.

Each takes one of the worker's threads, too.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import falcon
import httpx
from falcon import Request, Response

limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
upstream = httpx.Client(base_url=os.environ["UPSTREAM"], limits=limits, timeout=2)
threads = ThreadPoolExecutor(100)


class Sleep:
    def on_get(self, req: Request, resp: Response, ms: str) -> None:
        if int(ms) > 10_000:
            raise falcon.HTTPBadRequest
        time.sleep(int(ms) / 1000)
        resp.media = {"ms": int(ms)}


class Fanout:
    def on_get(self, req: Request, resp: Response, n: str) -> None:
        start = req.get_param_as_int("start", required=True, min_value=1, max_value=9_900)
        if int(n) > 100:
            raise falcon.HTTPBadRequest
        try:
            answers = list(threads.map(upstream.get, (f"/quote/{id}" for id in range(start, start + int(n)))))
        except httpx.HTTPError:
            raise falcon.HTTPServiceUnavailable from None
        resp.media = {"prices": [answer.json()["price"] for answer in answers]}
