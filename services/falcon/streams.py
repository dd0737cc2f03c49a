"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio
from collections.abc import AsyncIterator

import falcon
from falcon.asgi import Request, Response, SSEvent, WebSocket
from falcon.media import BinaryBaseHandlerWS, TextBaseHandlerWS


class Stream:
    async def on_get(self, req: Request, resp: Response, chunks: str) -> None:
        ms = req.get_param_as_int("ms", min_value=0, max_value=1_000, default=0)
        if int(chunks) > 1_000:
            raise falcon.HTTPBadRequest
        resp.content_type = falcon.MEDIA_TEXT
        resp.stream = pieces(int(chunks), ms)


async def pieces(chunks: int, ms: int) -> AsyncIterator[bytes]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n".encode()
        if ms:
            await asyncio.sleep(ms / 1000)


class Events:
    async def on_get(self, req: Request, resp: Response) -> None:
        count = req.get_param_as_int("count", required=True, min_value=0, max_value=1_000)
        ms = req.get_param_as_int("ms", min_value=0, max_value=1_000, default=0)
        resp.sse = ticks(count, req.get_param("name", default=""), ms)


async def ticks(count: int, name: str, ms: int) -> AsyncIterator[SSEvent]:
    for number in range(1, count + 1):
        yield SSEvent(event="tick", event_id=str(number), text=f"{name} {number}")
        if ms:
            await asyncio.sleep(ms / 1000)


class Socket:
    async def on_websocket(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        while True:
            message = await ws.receive_media()
            if isinstance(message, str):
                await ws.send_text(message)
            else:
                await ws.send_data(message)


# receive_text and receive_data each fail on a message of the other kind, which is then lost; receive_media takes both,
# and leaves what is in them to handlers.
class AsText(TextBaseHandlerWS):
    def serialize(self, media: object) -> str:
        return str(media)

    def deserialize(self, payload: str) -> str:
        return payload


class AsBytes(BinaryBaseHandlerWS):
    def serialize(self, media: object) -> bytes:
        return bytes(media)

    def deserialize(self, payload: bytes) -> bytes:
        return payload
