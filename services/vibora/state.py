"""State: a cookie, and a session that is signed: Vibora reads sessions, but never saves one."""

import hmac
from http.cookies import Morsel, SimpleCookie
from urllib.parse import parse_qs

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

SECRET_KEY = b"of this stand, and no secret"

blueprint = Blueprint()


@blueprint.route(r"/cookie(?:\?.*)?")
async def cookie(request: Request) -> Response:
    response = JsonResponse({"color": request.cookies.get("color")})
    args = parse_qs(request.parsed_url.query.decode())
    if "set" in args:
        if not (args["set"][0].isascii() and args["set"][0].isalpha()):
            return Response(b"Bad Request", 400)
        set_cookie(response, "color", args["set"][0], max_age=3600)
    elif "expire" in args:
        set_cookie(response, "color", "", max_age=0)
    return response


@blueprint.route(r"/session(?:\?.*)?")
async def session(request: Request) -> Response:
    visits = read(request.cookies.get("session", "")) + 1
    response = JsonResponse({"visits": visits})
    set_cookie(response, "session", f"{visits}.{sign(visits)}")
    return response


def set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """As a header: Vibora's own Cookie writes no Max-Age, and SameSite without a value."""
    cookie: Morsel[str] = SimpleCookie({name: value})[name]
    cookie.update({"path": "/", "httponly": True, "samesite": "Lax"})
    if max_age is not None:
        cookie["max-age"] = max_age
    response.headers["Set-Cookie"] = cookie.OutputString()


def read(signed: str) -> int:
    """The visits that a cookie holds; a forged one holds none."""
    visits, _, signature = signed.partition(".")
    if visits.isdecimal() and hmac.compare_digest(signature.encode(), sign(int(visits)).encode()):
        return int(visits)
    return 0


def sign(visits: int) -> str:
    return hmac.digest(SECRET_KEY, b"visits=%d" % visits, "sha256").hex()
