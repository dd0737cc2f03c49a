"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET


@require_GET
def greet(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"hello {name}", content_type="text/plain")


@require_GET
def greet_info(request: HttpRequest, name: str, info: str) -> HttpResponse:
    return JsonResponse({"name": name, "info": info})


@require_GET
def number(request: HttpRequest, digits: int) -> HttpResponse:
    return JsonResponse({"number": digits})


@require_GET
def query(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": request.GET.getlist("name"), "age": request.GET.get("age")})
