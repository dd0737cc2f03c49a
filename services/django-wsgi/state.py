"""State: a cookie, and a session in a cookie that is signed."""

import re

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.http import require_GET


@require_GET
def cookie(request: HttpRequest) -> HttpResponse:
    response = JsonResponse({"color": request.COOKIES.get("color")})
    if color := request.GET.get("set"):
        if not re.fullmatch("[a-z]{1,32}", color):
            raise BadRequest("no color")  # Django would answer 500 to what is not in Latin-1
        response.set_cookie("color", color, max_age=3600, httponly=True, samesite="Lax")
    elif "expire" in request.GET:
        response.delete_cookie("color")
    return response


# Around this view only: no other one has a session.
@require_GET
@decorator_from_middleware(SessionMiddleware)
def session(request: HttpRequest) -> HttpResponse:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"visits": request.session["visits"]})
