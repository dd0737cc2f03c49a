"""State: a cookie, and a session that is signed. Falcon has no sessions: HMAC-SHA256 signs what the cookie holds."""

import hashlib
import hmac
import json
from typing import Any

import falcon
from falcon import Request, Response

SECRET_KEY = b"of this stand, and no secret"


class Cookie:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"color": req.cookies.get("color")}
        if color := req.get_param("set"):
            if not (color.isascii() and color.isalpha()):
                raise falcon.HTTPBadRequest
            resp.set_cookie("color", color, path="/", max_age=3600, http_only=True, same_site="Lax")
        elif req.has_param("expire"):
            resp.unset_cookie("color", path="/")


class Session:
    def on_get(self, req: Request, resp: Response) -> None:
        session = read_session(req.cookies.get("session", ""))
        session["visits"] = session.get("visits", 0) + 1
        resp.set_cookie("session", write_session(session), path="/", http_only=True, same_site="Lax")
        resp.media = {"visits": session["visits"]}


def read_session(cookie: str) -> dict[str, Any]:
    """A new one if there is none, or one that is forged."""
    payload, _, signature = cookie.partition(".")
    if not hmac.compare_digest(signature.encode(), sign(payload).encode()):
        return {}
    return json.loads(bytes.fromhex(payload))


def write_session(session: dict[str, Any]) -> str:
    payload = json.dumps(session).encode().hex()
    return f"{payload}.{sign(payload)}"


def sign(payload: str) -> str:
    return hmac.digest(SECRET_KEY, payload.encode(), hashlib.sha256).hex()
