"""The contract in Django, as WSGI: a view for each path, and the few settings that an API of one file needs.

What is not set is as Django has it: no debugging, no applications, and without a model no database.
Of the middleware that a new project starts with, only the common one has work here: it gives answers their
Content-Length; sessions, CSRF tokens and the like are for sites in browsers.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import django
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views import View
from django.views.decorators.http import require_GET, require_POST
from gunicorn.http.errors import NoMoreData, ParseException

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

settings.configure(
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ALLOWED_HOSTS=["*"],
    APPEND_SLASH=False,
    DATA_UPLOAD_MAX_MEMORY_SIZE=MAX_BODY_BYTES,
)

items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


def json_body(request: HttpRequest) -> Any:
    """The request's body, which must be UTF-8; json.loads() alone would take UTF-16 as well."""
    try:
        return json.loads(whole_body(request).decode())
    except (ValueError, RecursionError, ParseException, NoMoreData) as error:
        raise BadRequest("not JSON, or not framed as it should be") from error


def whole_body(request: HttpRequest) -> bytes:
    """The body with or without a Content-Length; Django takes one without, such as a chunked one, for empty."""
    if "CONTENT_LENGTH" in request.META:
        return request.body
    body: bytes = request.META["wsgi.input"].read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise RequestDataTooBig
    return body


def json_response(value: Any) -> JsonResponse:
    """Any value as JSON; JsonResponse alone takes nothing but a dict, and NaN for JSON."""
    try:
        return JsonResponse(value, safe=False, json_dumps_params={"allow_nan": False})
    except (ValueError, RecursionError) as error:
        raise BadRequest("nothing that JSON can carry") from error


@require_GET
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello world", content_type="text/plain")


@require_GET
def hello_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"hello": "world"})


@require_GET
def greet(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"hello {name}", content_type="text/plain")


@require_GET
def greet_info(request: HttpRequest, name: str, info: str) -> HttpResponse:
    return JsonResponse({"name": name, "info": info})


@require_GET
def number(request: HttpRequest, number: int) -> HttpResponse:
    return JsonResponse({"number": number})


@require_GET
def query(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": request.GET.getlist("name"), "age": request.GET.get("age")})


@require_GET
def show_request(request: HttpRequest) -> HttpResponse:
    headers = {k.lower(): v for k, v in request.headers.items() if k.startswith("X-")}
    query = request.META["QUERY_STRING"]
    return JsonResponse({"method": request.method, "path": request.path, "query": query, "headers": headers})


@require_POST
def echo(request: HttpRequest) -> HttpResponse:
    return json_response(json_body(request))


class Item(View):
    def put(self, request: HttpRequest, id: str) -> HttpResponse:
        item = json_body(request)
        # Encoded before it is stored: what has no JSON, such as infinity for 1e999, must not be.
        response = json_response(item)
        with items_lock:
            response.status_code = 200 if id in items else 201
            items[id] = item
            if len(items) > MAX_ITEMS:
                items.popitem(last=False)
        return response

    def get(self, request: HttpRequest, id: str) -> HttpResponse:
        with items_lock:
            if id not in items:
                raise Http404
            item = items[id]
        return json_response(item)

    def delete(self, request: HttpRequest, id: str) -> HttpResponse:
        with items_lock:
            if id not in items:
                raise Http404
            del items[id]
        return HttpResponse(status=204)


@require_GET
def show_about(request: HttpRequest) -> HttpResponse:
    return JsonResponse(about("django", "gunicorn"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's answer to a body over its limit is 400."""
    return HttpResponse(status=413 if isinstance(exception, RequestDataTooBig) else 400)


urlpatterns = [
    path("", hello),
    path("json", hello_json),
    path("greet/<name>", greet),
    path("greet/<name>/<info>", greet_info),
    path("number/<int:number>", number),
    path("query", query),
    path("request", show_request),
    path("echo", echo),
    path("items/<id>", Item.as_view()),
    path("about", show_about),
]
handler400 = bad_request


class Handler(WSGIHandler):
    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The Content-Type is of no meaning here, but one that Django cannot parse would be a 500."""
        environ.pop("CONTENT_TYPE", None)
        return super().__call__(environ, start_response)


django.setup(set_prefix=False)
app = Handler()
