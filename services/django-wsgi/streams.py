"""Streams: an answer piece by piece, and server-sent events. Each takes one of the worker's threads until it ends."""

import time
from collections.abc import Iterator

from django.core.exceptions import BadRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from query import read_number


@require_GET
def stream(request: HttpRequest, chunks: int) -> StreamingHttpResponse:
    ms = read_number(request, "ms", 0, 1_000, default="0")
    if chunks > 1_000:
        raise BadRequest("too many")
    return StreamingHttpResponse(pieces(chunks, ms), content_type="text/plain")


def pieces(chunks: int, ms: int) -> Iterator[str]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n"
        if ms:
            time.sleep(ms / 1000)


@require_GET
def events(request: HttpRequest) -> StreamingHttpResponse:
    count, name = read_number(request, "count", 0, 1_000), request.GET.get("name", "")
    ms = read_number(request, "ms", 0, 1_000, default="0")
    return StreamingHttpResponse(ticks(count, name, ms), content_type="text/event-stream")


def ticks(count: int, name: str, ms: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"id: {number}\nevent: tick\ndata: {name} {number}\n\n"
        if ms:
            time.sleep(ms / 1000)
