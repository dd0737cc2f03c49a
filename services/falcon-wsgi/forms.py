"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

import falcon
from falcon import Request, Response
from falcon.media.multipart import MultipartForm

CHUNK = 64 * 1024


class Form:
    def on_post(self, req: Request, resp: Response) -> None:
        form = req.get_media()
        topic = form.get("topic", [])
        if isinstance(topic, str):
            topic = [topic]  # to Falcon, a field that comes once is no list
        resp.media = {"name": form.get("name"), "message": form.get("message"), "topic": topic}


class Upload:
    def on_post(self, req: Request, resp: Response) -> None:
        if req.content_length is None:
            raise falcon.HTTPLengthRequired  # under WSGI, Falcon's multipart parser asserts that there is one
        form = req.get_media()
        if not isinstance(form, MultipartForm):
            raise falcon.HTTPUnsupportedMediaType
        for part in form:
            if part.name == "file":
                size, digest = 0, hashlib.sha256()
                while chunk := part.stream.read(CHUNK):
                    size += len(chunk)
                    digest.update(chunk)
                resp.media = {"name": part.filename, "size": size, "sha256": digest.hexdigest()}
        if resp.media is None:
            raise falcon.HTTPBadRequest(description="no file")
