"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio
from collections.abc import AsyncIterator

from quart import Blueprint, Response, abort, make_response, request, websocket

blueprint = Blueprint("streams", __name__)


@blueprint.get("/stream/<int:chunks>")
async def stream(chunks: int) -> Response:
    ms = int(request.args.get("ms", "0"))
    if chunks > 1_000 or ms > 1_000:
        abort(400)
    response = await make_response(pieces(chunks, ms), {"Content-Type": "text/plain; charset=utf-8"})
    response.timeout = None  # by itself, a minute
    return response


async def pieces(chunks: int, ms: int) -> AsyncIterator[bytes]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n".encode()
        if ms:
            await asyncio.sleep(ms / 1000)


@blueprint.get("/events")
async def events() -> Response:
    count, ms = int(request.args["count"]), int(request.args.get("ms", "0"))
    if count > 1_000 or ms > 1_000:
        abort(400)
    content = ticks(count, request.args.get("name", ""), ms)
    response = await make_response(content, {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    response.timeout = None
    return response


async def ticks(count: int, name: str, ms: int) -> AsyncIterator[bytes]:
    for number in range(1, count + 1):
        yield f"data: {name} {number}\nevent: tick\nid: {number}\n\n".encode()
        if ms:
            await asyncio.sleep(ms / 1000)


@blueprint.websocket("/ws")
async def echo() -> None:
    while True:
        await websocket.send(await websocket.receive())
