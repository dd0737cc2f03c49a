"""Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes."""

import asyncio

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp_sse import sse_response

from query import read_integer

routes = web.RouteTableDef()


@routes.get("/stream/{chunks:[0-9]{1,4}}")
async def stream(request: web.Request) -> web.StreamResponse:
    chunks, ms = int(request.match_info["chunks"]), read_integer(request, "ms", 0, 1_000, default="0")
    if chunks > 1_000:
        raise web.HTTPBadRequest
    response = web.StreamResponse()
    response.content_type = "text/plain"
    await response.prepare(request)
    for number in range(1, chunks + 1):
        await response.write(f"piece {number}\n".encode())
        if ms:
            await asyncio.sleep(ms / 1000)
    await response.write_eof()
    return response


@routes.get("/events")
async def events(request: web.Request) -> web.StreamResponse:
    count, name = read_integer(request, "count", 1, 1_000), request.query.get("name", "")
    ms = read_integer(request, "ms", 0, 1_000, default="0")
    async with sse_response(request) as response:
        for number in range(1, count + 1):
            await response.send(f"{name} {number}", id=str(number), event="tick")
            if ms:
                await asyncio.sleep(ms / 1000)
    return response


@routes.get("/ws")
async def echo(request: web.Request) -> web.WebSocketResponse:
    # A message as long as max_msg_size is refused, and autoclose would answer any close with 1000.
    socket = web.WebSocketResponse(max_msg_size=1024 * 1024 + 1, autoclose=False)
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    await socket.close(code=socket.close_code or WSCloseCode.OK)
    return socket
