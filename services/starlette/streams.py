"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


async def stream(request: Request) -> Response:
    chunks, ms = request.path_params["chunks"], int(request.query_params.get("ms", "0"))
    if chunks > 1_000 or ms > 1_000:
        raise HTTPException(400)
    return StreamingResponse(pieces(chunks, ms), media_type="text/plain")


async def pieces(chunks: int, ms: int) -> AsyncIterator[str]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n"
        if ms:
            await asyncio.sleep(ms / 1000)


async def events(request: Request) -> Response:
    query = request.query_params
    count, name, ms = int(query.get("count", "")), query.get("name", ""), int(query.get("ms", "0"))
    if count > 1_000 or ms > 1_000:
        raise HTTPException(400)
    return StreamingResponse(ticks(count, name, ms), media_type="text/event-stream")


async def ticks(count: int, name: str, ms: int) -> AsyncIterator[str]:
    for number in range(1, count + 1):
        yield f"id: {number}\nevent: tick\ndata: {name} {number}\n\n"
        if ms:
            await asyncio.sleep(ms / 1000)


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while (message := await socket.receive())["type"] == "websocket.receive":
            if (text := message.get("text")) is not None:
                await socket.send_text(text)
            else:
                await socket.send_bytes(message["bytes"])


routes = [
    Route("/stream/{chunks:int}", stream),
    Route("/events", events),
    WebSocketRoute("/ws", echo),
]
