"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

import falcon
from falcon.asgi import Request, Response
from falcon.asgi.multipart import MultipartForm


class Form:
    async def on_post(self, req: Request, resp: Response) -> None:
        form = await req.get_media()
        topic = form.get("topic", [])
        if isinstance(topic, str):
            topic = [topic]  # to Falcon, a field that comes once is no list
        resp.media = {"name": form.get("name"), "message": form.get("message"), "topic": topic}


class Upload:
    async def on_post(self, req: Request, resp: Response) -> None:
        form = await req.get_media()
        if not isinstance(form, MultipartForm):
            raise falcon.HTTPUnsupportedMediaType
        async for part in form:
            if part.name == "file":
                size, digest = 0, hashlib.sha256()
                async for chunk in part.stream:
                    size += len(chunk)
                    digest.update(chunk)
                resp.media = {"name": part.filename, "size": size, "sha256": digest.hexdigest()}
        if resp.media is None:
            raise falcon.HTTPBadRequest(description="no file")
