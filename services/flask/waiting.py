"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.

Each takes one of the worker's threads; what is asked of the upstream at once has threads of its own.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from flask import Blueprint, abort, request

SECONDS = 2

blueprint = Blueprint("waiting", __name__)
upstream = httpx.Client(
    base_url=os.environ["UPSTREAM"],
    limits=httpx.Limits(max_connections=256, max_keepalive_connections=256),
    timeout=SECONDS,
)
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
    if n > 100:
        abort(400)
    return {"prices": list(threads.map(price, range(start, start + n), timeout=SECONDS))}


def price(id: int) -> int:
    return upstream.get(f"/quote/{id}").json()["price"]


@blueprint.errorhandler(httpx.HTTPError)
@blueprint.errorhandler(TimeoutError)
def unavailable(error: Exception) -> tuple[str, int]:
    return "Service Unavailable", 503
