"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

from blacksheep import FromForm, Request, Response, bad_request, json, post


@post("/form")
async def read_form(data: FromForm[dict]) -> Response:
    form = data.value
    topic = form.get("topic", [])
    if isinstance(topic, str):
        topic = [topic]  # to BlackSheep, a field that comes once is no list
    return json({"name": form.get("name"), "message": form.get("message"), "topic": topic})


@post("/upload")
async def upload(request: Request) -> Response:
    async for part in request.multipart_stream():
        if part.name == "file":
            size, digest = 0, hashlib.sha256()
            async for chunk in part.stream():
                size += len(chunk)
                digest.update(chunk)
            return json({"name": part.file_name, "size": size, "sha256": digest.hexdigest()})
    return bad_request("no file")
