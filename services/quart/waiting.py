"""Waiting: an answer that takes time, but no work."""

import asyncio

from quart import Blueprint, abort

blueprint = Blueprint("waiting", __name__)


@blueprint.get("/sleep/<int:ms>")
async def sleep(ms: int) -> dict[str, int]:
    if ms > 10_000:
        abort(400)
    await asyncio.sleep(ms / 1000)
    return {"ms": ms}
