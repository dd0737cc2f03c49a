"""Features: what is said of Quart and is no topic of the contract."""

import asyncio
import inspect
import json
import sys
from asyncio.subprocess import PIPE
from typing import Any

import flask
import quart
from quart import Blueprint, Quart, Response

blueprint = Blueprint("features", __name__, url_prefix="/features")
prefixed = Blueprint("prefixed", __name__, url_prefix="/features/blueprint")


@prefixed.get("/hello")
async def hello() -> Response:
    return Response("hello from a blueprint", mimetype="text/plain")


@blueprint.get("/flask-api")
async def flask_api() -> dict[str, Any]:
    base = next((each for each in Quart.__mro__ if each.__module__.startswith("flask.")), None)
    names = [name for name in dir(flask) if not name.startswith("_") and not inspect.ismodule(getattr(flask, name))]
    return {
        "base": base and f"{base.__module__}.{base.__qualname__}",
        "of": len(names),
        "missing": [name for name in names if not hasattr(quart, name)],
    }


@blueprint.get("/extension")
async def extension() -> dict[str, Any]:
    """Without the patch if it works so. In processes of their own, since the patch changes all of asyncio."""
    answer = await run_extension()
    if answer.get("statuses") == [401, 200, 200]:
        return {"extension": "flask-login", "through": None, **answer}
    return {"extension": "flask-login", "through": "quart-flask-patch", **await run_extension("quart_flask_patch")}


async def run_extension(*patch: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(sys.executable, "extension.py", *patch, stdout=PIPE, stderr=PIPE)
    output, errors = await process.communicate()
    if process.returncode:
        return {"error": errors.decode().strip().splitlines()[-1]}
    return {"statuses": json.loads(output)}
