"""Streams: an answer piece by piece, and server-sent events. Vibora's WebSockets do not work: see compose.yaml."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.responses import Response, StreamingResponse

from parameters import argument, without_query

blueprint = Blueprint()


@blueprint.route(r"/stream/(?=[0-9]{1,15}(?:\?|\Z))<chunks>")  # a parameter has no pattern of its own
async def stream(chunks: str, request: Request) -> Response:
    count, ms = int(without_query(chunks)), int(argument(request, "ms", "0"))
    if count > 1_000 or ms > 1_000:
        return Response(b"Bad Request", 400)
    # By itself, Vibora would end it after half a minute.
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return StreamingResponse(partial(pieces, count, ms), headers=headers, complete_timeout=0)


async def pieces(chunks: int, ms: int) -> AsyncIterator[bytes]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n".encode()
        if ms:
            await asyncio.sleep(ms / 1000)


@blueprint.route(r"/events(?:\?.*)?")
async def events(request: Request) -> Response:
    count, ms = int(argument(request, "count")), int(argument(request, "ms", "0"))
    if count > 1_000 or ms > 1_000:
        return Response(b"Bad Request", 400)
    content = partial(ticks, count, argument(request, "name"), ms)
    return StreamingResponse(content, headers={"Content-Type": "text/event-stream"}, complete_timeout=0)


async def ticks(count: int, name: str, ms: int) -> AsyncIterator[bytes]:
    for number in range(1, count + 1):
        yield f"id: {number}\nevent: tick\ndata: {name} {number}\n\n".encode()
        if ms:
            await asyncio.sleep(ms / 1000)
