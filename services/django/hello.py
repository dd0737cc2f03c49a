"""Hello: an answer that takes no work, as text and as JSON."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET


@require_GET
async def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello world", content_type="text/plain")


@require_GET
async def hello_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"hello": "world"})
