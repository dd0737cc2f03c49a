"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CHUNK = 64 * 1024


async def read_form(request: Request) -> Response:
    form = await request.form()
    return JSONResponse({"name": form.get("name"), "message": form.get("message"), "topic": form.getlist("topic")})


async def upload(request: Request) -> Response:
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(400, "no file")
        digest = hashlib.sha256()
        while chunk := await file.read(CHUNK):
            digest.update(chunk)
        return JSONResponse({"name": file.filename, "size": file.size, "sha256": digest.hexdigest()})


routes = [
    Route("/form", read_form, methods=["POST"], max_body_size=1024 * 1024),
    Route("/upload", upload, methods=["POST"], max_body_size=10 * 1024 * 1024),
]
