"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib
import os
from typing import Any

from flask import Blueprint, request

blueprint = Blueprint("forms", __name__)


@blueprint.post("/form")
def read_form() -> dict[str, Any]:
    form = request.form
    return {"name": form.get("name"), "message": form.get("message"), "topic": form.getlist("topic")}


@blueprint.post("/upload")
def upload() -> dict[str, Any]:
    request.max_content_length = 10 * 1024 * 1024
    file = request.files["file"]
    digest = hashlib.file_digest(file.stream, "sha256")
    size = file.stream.seek(0, os.SEEK_END)
    return {"name": file.filename, "size": size, "sha256": digest.hexdigest()}
