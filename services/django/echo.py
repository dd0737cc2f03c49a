"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from body import json_response, read_json


@require_GET
async def show_request(request: HttpRequest) -> HttpResponse:
    headers = {name.lower(): value for name, value in request.headers.items() if name.startswith("X-")}
    query = request.META["QUERY_STRING"]
    return JsonResponse({"method": request.method, "path": request.path, "query": query, "headers": headers})


@require_POST
async def echo(request: HttpRequest) -> HttpResponse:
    return json_response(read_json(request))
