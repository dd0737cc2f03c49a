"""Waiting: an answer that takes time, but no work."""

import asyncio

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.exceptions import BadRequest

blueprint = Blueprint("waiting")


@blueprint.get("/sleep/<digits:[0-9]+>")  # int would take a minus
async def sleep(request: Request, digits: str) -> HTTPResponse:
    ms = int(digits)
    if ms > 10_000:
        raise BadRequest
    await asyncio.sleep(ms / 1000)
    return json({"ms": ms})
