"""State: a cookie, and a session that is signed."""

from blacksheep import Cookie, CookieSameSiteMode, FromCookie, Request, Response, get, json
from blacksheep.sessions import SessionMiddleware
from blacksheep.sessions.cookies import CookieSessionStore

# app.use_sessions() would put this middleware around all routes.
sessions = SessionMiddleware(CookieSessionStore("of this stand, and no secret"))


class FromColor(FromCookie[str | None]):
    name = "color"


@get("/cookie")
async def cookie(color: FromColor, set: str | None, expire: str | None) -> Response:
    response = json({"color": color.value if color else None})
    if set:
        response.set_cookie(
            Cookie("color", set, max_age=3600, path="/", http_only=True, same_site=CookieSameSiteMode.LAX)
        )
    elif expire:
        response.set_cookie(Cookie("color", "", max_age=0, path="/"))  # unset_cookie() names no path
    return response


@get("/session")
async def session(request: Request) -> Response:
    return await sessions(request, count_visits)


async def count_visits(request: Request) -> Response:
    session = request.session
    session["visits"] = session.get("visits", 0) + 1
    return json({"visits": session["visits"]})
