"""The contract in Django, as ASGI: a view for each path, and the few settings that an API of one file needs.

What is not set is as Django has it: no debugging, no applications, and without a model no database.
Of the middleware that a new project starts with, only the common one has work here: it gives answers their
Content-Length; sessions, CSRF tokens and the like are for sites in browsers.
"""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views import View
from django.views.decorators.http import require_GET, require_POST

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


def json_body(request: HttpRequest) -> Any:
    """The request's body, which must be UTF-8; json.loads() alone would take UTF-16 as well."""
    try:
        return json.loads(request.body.decode())
    except (ValueError, RecursionError) as error:
        raise BadRequest("not JSON") from error


def json_response(value: Any, status: int = 200) -> JsonResponse:
    """Any value as JSON; JsonResponse alone takes nothing but a dict, and NaN for JSON."""
    try:
        return JsonResponse(value, status=status, safe=False, json_dumps_params={"allow_nan": False})
    except (ValueError, RecursionError) as error:
        raise BadRequest("nothing that JSON can carry") from error


@require_GET
async def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello world", content_type="text/plain")


@require_GET
async def hello_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"hello": "world"})


@require_GET
async def greet(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"hello {name}", content_type="text/plain")


@require_GET
async def greet_info(request: HttpRequest, name: str, info: str) -> HttpResponse:
    return JsonResponse({"name": name, "info": info})


@require_GET
async def number(request: HttpRequest, number: int) -> HttpResponse:
    return JsonResponse({"number": number})


@require_GET
async def query(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": request.GET.getlist("name"), "age": request.GET.get("age")})


@require_GET
async def show_request(request: HttpRequest) -> HttpResponse:
    headers = {k.lower(): v for k, v in request.headers.items() if k.startswith("X-")}
    query = request.META["QUERY_STRING"]
    return JsonResponse({"method": request.method, "path": request.path, "query": query, "headers": headers})


@require_POST
async def echo(request: HttpRequest) -> HttpResponse:
    return json_response(json_body(request))


class Item(View):
    async def put(self, request: HttpRequest, id: str) -> HttpResponse:
        item = json_body(request)
        # Encoded first: what has no JSON, such as infinity for 1e999, must not be stored.
        response = json_response(item, 200 if id in items else 201)
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        return response

    async def get(self, request: HttpRequest, id: str) -> HttpResponse:
        if id not in items:
            raise Http404
        return json_response(items[id])

    async def delete(self, request: HttpRequest, id: str) -> HttpResponse:
        if id not in items:
            raise Http404
        del items[id]
        return HttpResponse(status=204)


@require_GET
async def show_about(request: HttpRequest) -> HttpResponse:
    return JsonResponse(about("django", "uvicorn"))


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


class Handler(ASGIHandler):
    async def read_body(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> Any:
        """One byte more than is allowed tells: Django would put a body of any length into /tmp, which is memory."""
        left = MAX_BODY_BYTES + 1

        async def receive_no_more() -> dict[str, Any]:
            nonlocal left
            message = await receive()
            body = message.get("body", b"")[:left]
            left -= len(body)
            return message | {"body": body}

        return await super().read_body(receive_no_more)

    def create_request(self, scope: dict[str, Any], body_file: Any) -> Any:
        """The Content-Type is of no meaning here, but one that Django cannot parse would be a 500."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
        return super().create_request(scope | {"headers": headers}, body_file)


django.setup(set_prefix=False)
app = Handler()
