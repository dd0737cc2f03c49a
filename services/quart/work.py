"""Work: arithmetic that keeps the CPU busy."""

from quart import Blueprint, abort

blueprint = Blueprint("work", __name__)


@blueprint.get("/cpu/<int:n>")
async def cpu(n: int) -> dict[str, int]:
    if n > 100_000:
        abort(400)
    return {"result": xorshift(n)}


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
