"""Work: arithmetic that keeps the CPU busy."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def cpu(request: Request) -> Response:
    n = request.path_params["n"]
    if n > 100_000:
        raise HTTPException(400)
    return JSONResponse({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x


routes = [
    Route("/cpu/{n:int}", cpu),
]
