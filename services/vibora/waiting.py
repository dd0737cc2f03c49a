"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os

from vibora import Request, Vibora
from vibora.blueprints import Blueprint
from vibora.client import Session
from vibora.responses import JsonResponse, Response

from parameters import argument, without_query

blueprint = Blueprint()


async def upstream(app: Vibora):  # the type of what it returns would be taken for one more component
    """A component: routes are given it by its type."""
    app.components.add(Session(loop=asyncio.get_running_loop(), prefix=os.environ["UPSTREAM"]))


@blueprint.route(r"/sleep/(?=[0-9]{1,15}\Z)<ms>")  # a parameter has no pattern of its own
async def sleep(ms: int) -> Response:
    if ms > 10_000:
        return Response(b"Bad Request", 400)
    await asyncio.sleep(ms / 1000)
    return JsonResponse({"ms": ms})


# Without cache=False, Vibora keeps the first answer for ever: what it takes for constant is a handler that calls one
# function, and of today's bytecode it knows only calls with *arguments.
@blueprint.route(r"/fanout/(?=[0-9]{1,15}(?:\?|\Z))<n>", cache=False)
async def fanout(n: str, request: Request, upstream: Session) -> Response:
    count, start = int(without_query(n)), int(argument(request, "start"))
    if count > 100 or not 1 <= start <= 9_900:
        return Response(b"Bad Request", 400)
    # Vibora's pool takes each connection that it has kept for one that is closed, and opens another.
    quotes = (upstream.get(f"/quote/{id}", timeout=2) for id in range(start, start + count))
    try:
        answers = await asyncio.gather(*quotes)
    except (OSError, EOFError):
        return Response(b"Service Unavailable", 503)
    return JsonResponse({"prices": [answer.json()["price"] for answer in answers]})
