"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

blueprint = Blueprint()


@blueprint.route(r"/request(?:\?.*)?")
async def show_request(request: Request) -> Response:
    headers = {name: value for name, value in request.headers.dump().items() if name.startswith("x-")}
    method, url = request.method.decode(), request.parsed_url
    return JsonResponse({"method": method, "path": url.path.decode(), "query": url.query.decode(), "headers": headers})


@blueprint.route("/echo", methods=["POST"])
async def echo(request: Request) -> Response:
    return JsonResponse(await request.json())
