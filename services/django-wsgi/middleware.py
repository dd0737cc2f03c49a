"""Middleware: three layers around one view, each of which adds a header.

Django's middleware takes what answers a request, and returns what does so instead: just as a decorator does.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

type Answers = Callable[[HttpRequest], HttpResponse]


def add(response: HttpResponse, layer: str) -> None:
    """Django's headers have one value for each name."""
    layers = response.get("X-Layer")
    response["X-Layer"] = f"{layers}, {layer}" if layers else layer


def outer(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        add(response, "outer")
        return response

    return middleware


def middle(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        add(response, "middle")
        return response

    return middleware


def inner(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        add(response, "inner")
        return response

    return middleware


@require_GET
@outer
@middle
@inner
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello world", content_type="text/plain")
