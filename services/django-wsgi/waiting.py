"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.

Each takes one of the worker's threads; what is asked of the upstream at once has threads of its own.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from requests.adapters import HTTPAdapter

from query import read_number

SECONDS = 2

upstream = requests.Session()
upstream.mount("http://", HTTPAdapter(pool_maxsize=256))
threads = ThreadPoolExecutor(100)


@require_GET
def sleep(request: HttpRequest, ms: int) -> HttpResponse:
    if ms > 10_000:
        raise BadRequest("too long")
    time.sleep(ms / 1000)
    return JsonResponse({"ms": ms})


@require_GET
def fanout(request: HttpRequest, n: int) -> HttpResponse:
    start = read_number(request, "start", 1, 10_000)
    if n > 100:
        raise BadRequest("too many")
    try:
        return JsonResponse({"prices": list(threads.map(price, range(start, start + n), timeout=SECONDS))})
    except (requests.RequestException, TimeoutError):
        return HttpResponse("Service Unavailable", status=503)


def price(id: int) -> int:
    return upstream.get(f"{os.environ['UPSTREAM']}/quote/{id}", timeout=SECONDS).json()["price"]
