"""Waiting: an answer that takes time, but no work. It takes one of the worker's threads, too."""

import time

from flask import Blueprint, abort

blueprint = Blueprint("waiting", __name__)


@blueprint.get("/sleep/<int:ms>")
def sleep(ms: int) -> dict[str, int]:
    if ms > 10_000:
        abort(400)
    time.sleep(ms / 1000)
    return {"ms": ms}
