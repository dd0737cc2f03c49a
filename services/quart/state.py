"""State: a cookie, and a session that is signed."""

from quart import Blueprint, Response, abort, jsonify, request, session

blueprint = Blueprint("state", __name__)


@blueprint.get("/cookie")
async def cookie() -> Response:
    response = jsonify(color=request.cookies.get("color"))
    if color := request.args.get("set"):
        if not (color.isascii() and color.isalpha()):
            abort(400)
        response.set_cookie("color", color, max_age=3600, httponly=True, samesite="Lax")
    elif "expire" in request.args:
        response.delete_cookie("color")
    return response


@blueprint.get("/session")
async def count_visits() -> dict[str, int]:
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"]}
