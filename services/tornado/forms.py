"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

from tornado.web import HTTPError, RequestHandler


class Form(RequestHandler):
    def post(self) -> None:
        name = self.get_body_argument("name", None, strip=False)
        message = self.get_body_argument("message", None, strip=False)
        self.write({"name": name, "message": message, "topic": self.get_body_arguments("topic", strip=False)})


class Upload(RequestHandler):
    def post(self) -> None:
        if "file" not in self.request.files:
            raise HTTPError(400)
        file = self.request.files["file"][0]
        # Tornado has read it into memory: it leaves it to the app to find the parts in a body that is streamed.
        digest = hashlib.sha256(file.body)
        self.write({"name": file.filename, "size": len(file.body), "sha256": digest.hexdigest()})


routes = [
    (r"/form", Form),
    (r"/upload", Upload),
]
