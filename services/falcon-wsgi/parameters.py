"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

import falcon
from falcon import Request, Response


class Greet:
    def on_get(self, req: Request, resp: Response, name: str) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = f"hello {name}"

    def on_get_info(self, req: Request, resp: Response, name: str, info: str) -> None:
        resp.media = {"name": name, "info": info}


class Number:
    def on_get(self, req: Request, resp: Response, digits: str) -> None:
        resp.media = {"number": int(digits)}


class Query:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"name": req.get_param_as_list("name", default=[]), "age": req.get_param("age")}
