"""State: a cookie, and a session that is encrypted and signed."""

import aiohttp_session
from aiohttp import web
from aiohttp_session.cookie_storage import EncryptedCookieStorage

SECRET_KEY = b"of this stand, and not a secret."

routes = web.RouteTableDef()
# An application of its own: aiohttp's middlewares are around all routes of one.
sessions = web.Application()
aiohttp_session.setup(sessions, EncryptedCookieStorage(SECRET_KEY, cookie_name="session"))


@routes.get("/cookie")
async def cookie(request: web.Request) -> web.Response:
    response = web.json_response({"color": request.cookies.get("color")})
    if color := request.query.get("set"):
        if not (color.isascii() and color.isalpha()):
            raise web.HTTPBadRequest
        response.set_cookie("color", color, max_age=3600, httponly=True, samesite="Lax")
    elif "expire" in request.query:
        response.del_cookie("color")
    return response


async def count_visits(request: web.Request) -> web.Response:
    session = await aiohttp_session.get_session(request)
    session["visits"] = session.get("visits", 0) + 1
    return web.json_response({"visits": session["visits"]})


sessions.router.add_get("", count_visits)
