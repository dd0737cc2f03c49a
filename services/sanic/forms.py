"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.exceptions import BadRequest

blueprint = Blueprint("forms")


@blueprint.post("/form")
async def read_form(request: Request) -> HTTPResponse:
    form = request.form
    return json({"name": form.get("name"), "message": form.get("message"), "topic": form.getlist("topic", [])})


@blueprint.post("/upload")
async def upload(request: Request) -> HTTPResponse:
    file = request.files.get("file")
    if file is None:
        raise BadRequest("no file")
    # Sanic holds an upload in memory, whole.
    return json({"name": file.name, "size": len(file.body), "sha256": hashlib.sha256(file.body).hexdigest()})
