"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os

from tornado.escape import json_decode
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.web import HTTPError, RequestHandler

from body import whole

UPSTREAM = os.environ["UPSTREAM"]

# One for the process. Of Tornado's two clients, this one is faster by its documentation, and keeps connections.
AsyncHTTPClient.configure(
    "tornado.curl_httpclient.CurlAsyncHTTPClient",
    max_clients=256,
    defaults={"connect_timeout": 2, "request_timeout": 2},
)


class Sleep(RequestHandler):
    async def get(self, digits: str) -> None:
        ms = int(digits)
        if ms > 10_000:
            raise HTTPError(400)
        await asyncio.sleep(ms / 1000)
        self.write({"ms": ms})


class Fanout(RequestHandler):
    async def get(self, digits: str) -> None:
        n, start = int(digits), whole(self.get_query_argument("start"))
        if n > 100 or not 1 <= start <= 9_900:
            raise HTTPError(400)
        client = AsyncHTTPClient()
        try:
            answers = await asyncio.gather(*(client.fetch(f"{UPSTREAM}/quote/{id}") for id in range(start, start + n)))
        except (HTTPClientError, OSError) as error:
            raise HTTPError(503) from error
        self.write({"prices": [json_decode(answer.body)["price"] for answer in answers]})


routes = [
    (r"/sleep/([0-9]{1,15})", Sleep),
    (r"/fanout/([0-9]{1,15})", Fanout),
]
