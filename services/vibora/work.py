"""Work: arithmetic that keeps the CPU busy."""

from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

blueprint = Blueprint()


@blueprint.route(r"/cpu/(?=[0-9]{1,15}\Z)<n>")  # a parameter has no pattern of its own
async def cpu(n: int) -> Response:
    if n > 100_000:
        return Response(b"Bad Request", 400)
    return JsonResponse({"result": xorshift(n)})


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
