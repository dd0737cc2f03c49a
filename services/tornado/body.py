"""How the topics read and write JSON: Tornado leaves the body to the app, and writes no JSON but of a dict."""

from typing import Any

from tornado.escape import json_decode, json_encode
from tornado.web import HTTPError, RequestHandler


class JsonHandler(RequestHandler):
    def read_json(self) -> Any:
        try:
            return json_decode(self.request.body)
        except (ValueError, RecursionError) as error:
            raise HTTPError(400) from error

    def write_json(self, value: Any) -> None:
        self.set_header("Content-Type", "application/json")
        self.write(json_encode(value))
