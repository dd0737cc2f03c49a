"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio

from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

from body import whole


class Stream(RequestHandler):
    async def get(self, digits: str) -> None:
        chunks, ms = int(digits), whole(self.get_query_argument("ms", "0"))
        if chunks > 1_000 or ms > 1_000:
            raise HTTPError(400)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        for number in range(1, chunks + 1):
            self.write(f"piece {number}\n")
            await self.flush()
            if ms:
                await asyncio.sleep(ms / 1000)


class Events(RequestHandler):
    async def get(self) -> None:
        count, ms = whole(self.get_query_argument("count")), whole(self.get_query_argument("ms", "0"))
        if count > 1_000 or ms > 1_000:
            raise HTTPError(400)
        name = self.get_query_argument("name", "")
        self.set_header("Content-Type", "text/event-stream")
        for number in range(1, count + 1):
            self.write(f"id: {number}\nevent: tick\ndata: {name} {number}\n\n")
            await self.flush()
            if ms:
                await asyncio.sleep(ms / 1000)


class Echo(WebSocketHandler):
    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))


routes = [
    (r"/stream/([0-9]{1,15})", Stream),
    (r"/events", Events),
    (r"/ws", Echo),
]
