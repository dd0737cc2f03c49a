"""How the topics read numbers and JSON: Tornado leaves both to the app, and writes no JSON but of a dict."""

from typing import Any

from tornado.escape import json_decode, json_encode
from tornado.web import HTTPError, RequestHandler


def whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:
        raise HTTPError(400) from error


class JsonHandler(RequestHandler):
    def read_json(self) -> Any:
        try:
            return json_decode(self.request.body)
        except (ValueError, RecursionError) as error:
            raise HTTPError(400) from error

    def write_json(self, value: Any) -> None:
        self.set_header("Content-Type", "application/json")
        self.write(json_encode(value))
