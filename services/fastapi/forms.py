"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile

CHUNK = 64 * 1024

router = APIRouter()


@router.post("/form", max_body_size=1024 * 1024)
async def read_form(
    topic: Annotated[list[str], Form(default_factory=list)],
    name: Annotated[str | None, Form()] = None,
    message: Annotated[str | None, Form()] = None,
) -> dict[str, Any]:
    return {"name": name, "message": message, "topic": topic}


@router.post("/upload", max_body_size=10 * 1024 * 1024)
async def upload(file: UploadFile) -> dict[str, Any]:
    digest = hashlib.sha256()
    while chunk := await file.read(CHUNK):
        digest.update(chunk)
    return {"name": file.filename, "size": file.size, "sha256": digest.hexdigest()}
