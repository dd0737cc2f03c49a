"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Path, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

type Pause = Annotated[int, Query(ge=0, le=1_000)]

router = APIRouter()


class TextStreamingResponse(StreamingResponse):
    media_type = "text/plain"


@router.get("/stream/{chunks:int}", response_class=TextStreamingResponse)
async def stream(chunks: Annotated[int, Path(le=1_000)], ms: Pause = 0) -> AsyncIterable[str]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n"
        if ms:
            await asyncio.sleep(ms / 1000)


@router.get("/events", response_class=EventSourceResponse)
async def events(
    count: Annotated[int, Query(ge=1, le=1_000)], name: str, ms: Pause = 0
) -> AsyncIterable[ServerSentEvent]:
    for number in range(1, count + 1):
        yield ServerSentEvent(raw_data=f"{name} {number}", event="tick", id=str(number))
        if ms:
            await asyncio.sleep(ms / 1000)


@router.websocket("/ws")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while (message := await socket.receive())["type"] == "websocket.receive":
            if (text := message.get("text")) is not None:
                await socket.send_text(text)
            else:
                await socket.send_bytes(message["bytes"])
