"""Waiting: an answer that takes time, but no work."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def sleep(request: Request) -> Response:
    ms = request.path_params["ms"]
    if ms > 10_000:
        raise HTTPException(400)
    await asyncio.sleep(ms / 1000)
    return JSONResponse({"ms": ms})


routes = [
    Route("/sleep/{ms:int}", sleep),
]
