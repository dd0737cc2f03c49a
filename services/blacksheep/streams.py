"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import suppress
from functools import partial

from blacksheep import Response, StreamedContent, WebSocket, WebSocketDisconnectError, bad_request, get, ws
from blacksheep.server.sse import ServerSentEventsResponse, TextServerSentEvent


@get("/stream/{int:chunks}")
async def stream(chunks: int, ms: int = 0) -> Response:
    if chunks > 1_000 or ms > 1_000:
        return bad_request()
    return Response(200, content=StreamedContent(b"text/plain", partial(pieces, chunks, ms)))


async def pieces(chunks: int, ms: int) -> AsyncIterable[bytes]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n".encode()
        if ms:
            await asyncio.sleep(ms / 1000)


@get("/events")
async def events(count: int, name: str, ms: int = 0) -> Response:
    if count > 1_000 or ms > 1_000:
        return bad_request()
    return ServerSentEventsResponse(partial(ticks, count, name, ms))


async def ticks(count: int, name: str, ms: int) -> AsyncIterable[TextServerSentEvent]:
    for number in range(1, count + 1):
        yield TextServerSentEvent(f"{name} {number}", "tick", str(number))
        if ms:
            await asyncio.sleep(ms / 1000)


@ws("/ws")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    with suppress(WebSocketDisconnectError):
        while message := await websocket.receive():
            if (text := message.get("text")) is not None:
                await websocket.send_text(text)
            else:
                await websocket.send_bytes(message["bytes"])
