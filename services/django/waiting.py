"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os

import httpx
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from query import read_number

upstream = httpx.AsyncClient(
    base_url=os.environ["UPSTREAM"],
    limits=httpx.Limits(max_connections=256, max_keepalive_connections=256),
    timeout=2,
)


@require_GET
async def sleep(request: HttpRequest, ms: int) -> HttpResponse:
    if ms > 10_000:
        raise BadRequest("too long")
    await asyncio.sleep(ms / 1000)
    return JsonResponse({"ms": ms})


@require_GET
async def fanout(request: HttpRequest, n: int) -> HttpResponse:
    start = read_number(request, "start", 1, 10_000)
    if n > 100:
        raise BadRequest("too many")
    try:
        answers = await asyncio.gather(*(upstream.get(f"/quote/{id}") for id in range(start, start + n)))
    except httpx.HTTPError:
        return HttpResponse("Service Unavailable", status=503)
    return JsonResponse({"prices": [answer.json()["price"] for answer in answers]})
