"""Work: arithmetic that keeps the CPU busy."""

from blacksheep import Response, bad_request, get, json


@get("/cpu/{int:n}")
async def cpu(n: int) -> Response:
    if n > 100_000:
        return bad_request()
    return json({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
