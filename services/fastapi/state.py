"""State: a cookie, and a session that is signed."""

from typing import Annotated

from fastapi import APIRouter, Cookie, FastAPI, Query, Request, Response
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Route

SECRET_KEY = "of this stand, and no secret"

router = APIRouter()
# An application of its own: FastAPI's middleware is around all routes of one.
sessions = FastAPI()
sessions.add_middleware(SessionMiddleware, secret_key=SECRET_KEY)


@router.get("/cookie")
async def cookie(
    response: Response,
    color: Annotated[str | None, Cookie()] = None,
    set_: Annotated[str | None, Query(alias="set", pattern="^[a-z]+$")] = None,
    expire: bool = False,
) -> dict[str, str | None]:
    if set_:
        response.set_cookie("color", set_, max_age=3600, httponly=True, samesite="lax")
    elif expire:
        response.delete_cookie("color")
    return {"color": color}


@sessions.get("/session")
async def session(request: Request) -> dict[str, int]:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return {"visits": request.session["visits"]}


router.routes.append(Route("/session", sessions))
