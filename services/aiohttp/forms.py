"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

from aiohttp import BodyPartReader, web

from body import read_form, read_parts, refusing

CHUNK = 64 * 1024

routes = web.RouteTableDef()


@routes.post("/form")
async def form(request: web.Request) -> web.Response:
    form = await read_form(request)
    return web.json_response(
        {"name": form.get("name"), "message": form.get("message"), "topic": form.getall("topic", [])}
    )


@routes.post("/upload")
async def upload(request: web.Request) -> web.Response:
    async for part in read_parts(request):
        if isinstance(part, BodyPartReader) and part.name == "file":
            size, digest = 0, hashlib.sha256()
            with refusing():
                while chunk := await part.read_chunk(CHUNK):
                    size += len(chunk)
                    digest.update(chunk)
            return web.json_response({"name": part.filename, "size": size, "sha256": digest.hexdigest()})
    raise web.HTTPBadRequest(text="no file")
