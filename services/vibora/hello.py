"""Hello: an answer that takes no work, as text and as JSON."""

from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

blueprint = Blueprint()


# The router takes a query string for a part of the path. Without cache=False, Vibora keeps answers that look constant.
@blueprint.route(r"/(?:\?.*)?", cache=False)
async def hello() -> Response:
    return Response(b"hello world", headers={"Content-Type": "text/plain; charset=utf-8"})


@blueprint.route("/json", cache=False)
async def hello_json() -> Response:
    return JsonResponse({"hello": "world"})
