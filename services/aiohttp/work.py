"""Work: arithmetic that keeps the CPU busy."""

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/cpu/{n:[0-9]{1,6}}")
async def cpu(request: web.Request) -> web.Response:
    n = int(request.match_info["n"])
    if n > 100_000:
        raise web.HTTPBadRequest
    return web.json_response({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
