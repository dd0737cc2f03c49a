"""Work: arithmetic that keeps the CPU busy."""

import falcon
from falcon import Request, Response


class Cpu:
    def on_get(self, req: Request, resp: Response, n: str) -> None:
        if int(n) > 100_000:
            raise falcon.HTTPBadRequest
        resp.media = {"result": xorshift(int(n))}


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
