"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from falcon import Request, Response


class ShowRequest:
    def on_get(self, req: Request, resp: Response) -> None:
        headers = {name: value for name, value in req.headers_lower.items() if name.startswith("x-")}
        resp.media = {"method": req.method, "path": req.path, "query": req.query_string, "headers": headers}


class Echo:
    def on_post(self, req: Request, resp: Response) -> None:
        resp.media = req.get_media()
        if resp.media is None:
            resp.text = "null"  # to Falcon, media that is None is no body
