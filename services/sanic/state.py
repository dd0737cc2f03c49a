"""State: a cookie, and a session that is signed: Sanic has none of its own."""

import hmac

from sanic import Blueprint, HTTPResponse, Request, json

SECRET_KEY = b"of this stand, and no secret"

blueprint = Blueprint("state")


@blueprint.get("/cookie")
async def cookie(request: Request) -> HTTPResponse:
    response = json({"color": request.cookies.get("color")})
    if color := request.args.get("set"):
        response.add_cookie("color", color, max_age=3600, httponly=True, samesite="Lax", secure=False)
    elif "expire" in request.args:
        response.cookies.delete_cookie("color", secure=False)  # the response's own shorthand has no such parameter
    return response


@blueprint.get("/session")
async def session(request: Request) -> HTTPResponse:
    visits = read(request.cookies.get("session", "")) + 1
    response = json({"visits": visits})
    response.add_cookie("session", f"{visits}.{sign(visits)}", httponly=True, samesite="Lax", secure=False)
    return response


def read(signed: str) -> int:
    """The visits that a cookie holds; a forged one holds none."""
    visits, _, signature = signed.partition(".")
    if visits.isdecimal() and hmac.compare_digest(signature.encode(), sign(int(visits)).encode()):
        return int(visits)
    return 0


def sign(visits: int) -> str:
    return hmac.digest(SECRET_KEY, b"visits=%d" % visits, "sha256").hex()
