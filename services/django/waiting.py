"""Waiting: an answer that takes time, but no work."""

import asyncio

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET


@require_GET
async def sleep(request: HttpRequest, ms: int) -> HttpResponse:
    if ms > 10_000:
        raise BadRequest("too long")
    await asyncio.sleep(ms / 1000)
    return JsonResponse({"ms": ms})
