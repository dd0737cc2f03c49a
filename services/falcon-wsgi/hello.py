"""Hello: an answer that takes no work, as text and as JSON."""

import falcon
from falcon import Request, Response


class Hello:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "hello world"

    def on_get_json(self, req: Request, resp: Response) -> None:
        resp.media = {"hello": "world"}
