"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.

Each takes one of the worker's threads; what is asked of the upstream at once has threads of its own.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from flask import Blueprint, abort, request
from requests.adapters import HTTPAdapter

SECONDS = 2

blueprint = Blueprint("waiting", __name__)
upstream = requests.Session()
upstream.mount("http://", HTTPAdapter(pool_maxsize=256))
threads = ThreadPoolExecutor(100)


@blueprint.get("/sleep/<int:ms>")
def sleep(ms: int) -> dict[str, int]:
    if ms > 10_000:
        abort(400)
    time.sleep(ms / 1000)
    return {"ms": ms}


@blueprint.get("/fanout/<int:n>")
def fanout(n: int) -> dict[str, Any]:
    start = int(request.args["start"])
    if n > 100 or not 1 <= start <= 9_900:
        abort(400)
    return {"prices": list(threads.map(price, range(start, start + n), timeout=SECONDS))}


def price(id: int) -> int:
    return upstream.get(f"{os.environ['UPSTREAM']}/quote/{id}", timeout=SECONDS).json()["price"]


@blueprint.errorhandler(requests.RequestException)
@blueprint.errorhandler(TimeoutError)
def unavailable(error: Exception) -> tuple[str, int]:
    return "Service Unavailable", 503
