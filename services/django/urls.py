"""The topics' views under their paths, and `GET /about`."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

import database
import echo
import forms
import hello
import items
import middleware
import pages
import parameters
import state
import streams
import validation
import waiting
import work
from about import about


@require_GET
async def tell_about(request: HttpRequest) -> HttpResponse:
    return JsonResponse(about("django", "uvicorn", parser="httptools", json="json"))


urlpatterns = [
    path("", hello.hello),
    path("json", hello.hello_json),
    path("greet/<name>", parameters.greet),
    path("greet/<name>/<info>", parameters.greet_info),
    path("number/<int:digits>", parameters.number),
    path("query", parameters.query),
    path("request", echo.show_request),
    path("echo", echo.echo),
    path("items/<id>", items.Item.as_view()),
    path("validate", validation.validate),
    path("form", forms.form),
    path("upload", forms.upload),
    path("static/<path:path>", pages.static, {"document_root": "static"}),
    path("template", pages.template),
    path("stream/<int:chunks>", streams.stream),
    path("events", streams.events),
    path("cookie", state.cookie),
    path("session", state.session),
    path("middleware", middleware.hello),
    path("sleep/<int:ms>", waiting.sleep),
    path("fanout/<int:n>", waiting.fanout),
    path("cpu/<int:n>", work.cpu),
    path("db", database.db),
    path("db/queries/<n>", database.queries),
    path("db/updates/<n>", database.updates),
    path("fortunes", database.fortunes),
    path("about", tell_about),
]
