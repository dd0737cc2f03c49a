"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio

from sanic import Blueprint, Request, Websocket
from sanic.exceptions import BadRequest

blueprint = Blueprint("streams")


@blueprint.get("/stream/<digits:[0-9]+>")  # int would take a minus
async def stream(request: Request, digits: str) -> None:
    chunks, ms = int(digits), int(request.args.get("ms", "0"))
    if chunks > 1_000 or ms > 1_000:
        raise BadRequest
    response = await request.respond(content_type="text/plain")
    for number in range(1, chunks + 1):
        await response.send(f"piece {number}\n")
        if ms:
            await asyncio.sleep(ms / 1000)
    await response.eof()


@blueprint.get("/events")
async def events(request: Request) -> None:
    args = request.args
    count, name, ms = int(args.get("count", "")), args.get("name", ""), int(args.get("ms", "0"))
    if count > 1_000 or ms > 1_000:
        raise BadRequest
    response = await request.respond(content_type="text/event-stream")
    for number in range(1, count + 1):
        await response.send(f"id: {number}\nevent: tick\ndata: {name} {number}\n\n")
        if ms:
            await asyncio.sleep(ms / 1000)
    await response.eof()


@blueprint.websocket("/ws")
async def echo(request: Request, socket: Websocket) -> None:
    # A longer message than WEBSOCKET_MAX_SIZE, 1 MiB unless it is set, ends this loop.
    async for message in socket:
        await socket.send(message)
