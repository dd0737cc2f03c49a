"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from urllib.parse import parse_qs, unquote

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

blueprint = Blueprint()


@blueprint.route("/greet/<name>")
async def greet(name: str) -> Response:
    content = f"hello {unquote(name)}".encode()
    return Response(content, headers={"Content-Type": "text/plain; charset=utf-8"})


@blueprint.route("/greet/<name>/<info>")
async def greet_info(name: str, info: str) -> Response:
    return JsonResponse({"name": unquote(name), "info": unquote(info)})


@blueprint.route(r"/number/(?=[0-9]{1,15}\Z)<digits>")  # a parameter has no pattern of its own
async def number(digits: int) -> Response:
    return JsonResponse({"number": digits})


@blueprint.route(r"/query(?:\?.*)?")
async def query(request: Request) -> Response:
    args = parse_qs(request.parsed_url.query.decode())  # request.args fails on what is not ASCII
    return JsonResponse({"name": args.get("name", []), "age": args.get("age", [None])[0]})


def argument(request: Request, name: str, default: str = "") -> str:
    """The first of this name, for the other topics."""
    return parse_qs(request.parsed_url.query.decode()).get(name, [default])[0]


def without_query(parameter: str) -> str:
    """What a parameter at the end of a path holds: to Vibora's router, the query string is more of it."""
    return parameter.partition("?")[0]
