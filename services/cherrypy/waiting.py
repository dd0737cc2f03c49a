"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.

Each takes one of the server's threads; what is asked of the upstream at once has threads of its own.
"""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cherrypy
import requests
from requests.adapters import HTTPAdapter

SECONDS = 2

upstream = requests.Session()
upstream.mount("http://", HTTPAdapter(pool_maxsize=256))
threads = ThreadPoolExecutor(100)


class Waiting:
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def sleep(self, digits: str) -> dict[str, int]:
        if not re.fullmatch("[0-9]{1,15}", digits):
            raise cherrypy.NotFound
        ms = int(digits)
        if ms > 10_000:
            raise cherrypy.HTTPError(400)
        time.sleep(ms / 1000)
        return {"ms": ms}

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def fanout(self, digits: str, start: str) -> dict[str, Any]:
        if not re.fullmatch("[0-9]{1,15}", digits):
            raise cherrypy.NotFound
        n, first = int(digits), int(start)
        if n > 100 or not 1 <= first <= 9_900:
            raise cherrypy.HTTPError(400)
        try:
            return {"prices": list(threads.map(price, range(first, first + n), timeout=SECONDS))}
        except (requests.RequestException, TimeoutError):
            raise cherrypy.HTTPError(503) from None


def price(id: int) -> int:
    return upstream.get(f"{os.environ['UPSTREAM']}/quote/{id}", timeout=SECONDS).json()["price"]
