"""Work: arithmetic that keeps the CPU busy."""

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.exceptions import BadRequest

blueprint = Blueprint("work")


@blueprint.get("/cpu/<digits:[0-9]+>")  # int would take a minus
async def cpu(request: Request, digits: str) -> HTTPResponse:
    n = int(digits)
    if n > 100_000:
        raise BadRequest
    return json({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
