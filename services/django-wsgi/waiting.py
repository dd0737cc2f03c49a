"""Waiting: an answer that takes time, but no work. It takes one of the worker's threads, too."""

import time

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET


@require_GET
def sleep(request: HttpRequest, ms: int) -> HttpResponse:
    if ms > 10_000:
        raise BadRequest("too long")
    time.sleep(ms / 1000)
    return JsonResponse({"ms": ms})
