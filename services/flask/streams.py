"""Streams: an answer piece by piece, and server-sent events. Each takes one of the worker's threads until it ends."""

import time
from collections.abc import Iterator

from flask import Blueprint, Response, abort, request

blueprint = Blueprint("streams", __name__)


@blueprint.get("/stream/<int:chunks>")
def stream(chunks: int) -> Response:
    ms = int(request.args.get("ms", "0"))
    if chunks > 1_000 or not 0 <= ms <= 1_000:
        abort(400)
    return Response(pieces(chunks, ms), mimetype="text/plain")


def pieces(chunks: int, ms: int) -> Iterator[str]:
    for number in range(1, chunks + 1):
        yield f"piece {number}\n"
        if ms:
            time.sleep(ms / 1000)


@blueprint.get("/events")
def events() -> Response:
    count, name, ms = int(request.args["count"]), request.args["name"], int(request.args.get("ms", "0"))
    if count > 1_000 or not 0 <= ms <= 1_000:
        abort(400)
    return Response(ticks(count, name, ms), mimetype="text/event-stream")


def ticks(count: int, name: str, ms: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"id: {number}\nevent: tick\ndata: {name} {number}\n\n"
        if ms:
            time.sleep(ms / 1000)
