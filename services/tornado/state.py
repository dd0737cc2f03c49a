"""State: a cookie, and a session in a cookie that is signed."""

import re

from tornado.escape import json_decode, json_encode
from tornado.web import HTTPError, RequestHandler


class Cookie(RequestHandler):
    def get(self) -> None:
        if color := self.get_query_argument("set", None):
            if not re.fullmatch("[a-z]{1,32}", color):
                raise HTTPError(400)  # set_cookie would raise a ValueError if there were a space in it
            self.set_cookie("color", color, max_age=3600, httponly=True, samesite="Lax")
        elif self.get_query_arguments("expire"):
            self.clear_cookie("color")
        self.write({"color": self.get_cookie("color")})


class Session(RequestHandler):
    def get(self) -> None:
        cookie = self.get_signed_cookie("session")
        session = json_decode(cookie) if cookie else {"visits": 0}
        session["visits"] += 1
        self.set_signed_cookie("session", json_encode(session), httponly=True, samesite="Lax")
        self.write(session)


routes = [
    (r"/cookie", Cookie),
    (r"/session", Session),
]
