"""Work: arithmetic that keeps the CPU busy."""

from tornado.web import HTTPError, RequestHandler


class Cpu(RequestHandler):
    def get(self, digits: str) -> None:
        n = int(digits)
        if n > 100_000:
            raise HTTPError(400)
        self.write({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x


routes = [(r"/cpu/([0-9]{1,15})", Cpu)]
