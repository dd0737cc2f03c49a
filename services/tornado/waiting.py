"""Waiting: an answer that takes time, but no work."""

import asyncio

from tornado.web import HTTPError, RequestHandler


class Sleep(RequestHandler):
    async def get(self, digits: str) -> None:
        ms = int(digits)
        if ms > 10_000:
            raise HTTPError(400)
        await asyncio.sleep(ms / 1000)
        self.write({"ms": ms})


routes = [(r"/sleep/([0-9]{1,15})", Sleep)]
