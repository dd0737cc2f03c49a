"""Features: what is said of Vibora and is no topic of the contract."""

from vibora import client
from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response

prefixed = Blueprint()
blueprint = Blueprint()


@prefixed.route("/hello", cache=False)
async def hello() -> Response:
    return Response(b"hello from a blueprint", headers={"Content-Type": "text/plain; charset=utf-8"})


@blueprint.route("/features/client", cache=False)
async def ask() -> Response:
    try:
        response = await client.get("http://127.0.0.1:8000/", timeout=5)
        return JsonResponse({"status": response.status_code, "text": await response.text()})
    except Exception as error:  # its client is of 2018, and not ported
        return JsonResponse({"error": f"{type(error).__name__}: {error}"})
