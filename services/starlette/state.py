"""State: a cookie, and a session that is signed."""

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET_KEY = "of this stand, and no secret"


async def cookie(request: Request) -> Response:
    response = JSONResponse({"color": request.cookies.get("color")})
    if color := request.query_params.get("set"):
        if not (color.isascii() and color.isalpha()):
            raise HTTPException(400)
        response.set_cookie("color", color, max_age=3600, httponly=True, samesite="lax")
    elif "expire" in request.query_params:
        response.delete_cookie("color")
    return response


async def session(request: Request) -> Response:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JSONResponse({"visits": request.session["visits"]})


routes = [
    Route("/cookie", cookie),
    Route("/session", session, middleware=[Middleware(SessionMiddleware, secret_key=SECRET_KEY)]),
]
