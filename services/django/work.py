"""Work: arithmetic that keeps the CPU busy."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET


@require_GET
async def cpu(request: HttpRequest, n: int) -> HttpResponse:
    if n > 100_000:
        raise BadRequest("too much")
    return JsonResponse({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
