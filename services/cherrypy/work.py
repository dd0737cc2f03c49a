"""Work: arithmetic that keeps the CPU busy."""

import re

import cherrypy


class Work:
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def cpu(self, digits: str) -> dict[str, int]:
        if not re.fullmatch("[0-9]{1,15}", digits):
            raise cherrypy.NotFound
        n = int(digits)
        if n > 100_000:
            raise cherrypy.HTTPError(400)
        return {"result": xorshift(n)}


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
