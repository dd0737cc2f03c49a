"""Waiting: an answer that takes time, but no work."""

import asyncio

from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

blueprint = Blueprint()


@blueprint.route(r"/sleep/(?=[0-9]{1,15}\Z)<ms>")  # a parameter has no pattern of its own
async def sleep(ms: int) -> Response:
    if ms > 10_000:
        return Response(b"Bad Request", 400)
    await asyncio.sleep(ms / 1000)
    return JsonResponse({"ms": ms})
