"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib
import os
from typing import Any

from quart import Blueprint, request

blueprint = Blueprint("forms", __name__)


@blueprint.post("/form")
async def read_form() -> dict[str, Any]:
    form = await request.form
    return {"name": form.get("name"), "message": form.get("message"), "topic": form.getlist("topic")}


@blueprint.post("/upload")
async def upload() -> dict[str, Any]:
    file = (await request.files)["file"]
    digest = hashlib.file_digest(file.stream, "sha256")
    size = file.stream.seek(0, os.SEEK_END)
    return {"name": file.filename, "size": size, "sha256": digest.hexdigest()}
