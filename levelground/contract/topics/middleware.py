"""Middleware: three layers around one route, each of which adds a header. What they cost is what `/` does not."""

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import text_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, text

LAYERS = ["outer", "middle", "inner"]

TOPIC = Topic(
    "middleware",
    rows=(
        Row(
            "GET",
            "/middleware",
            "200 `text/plain`, `hello world`, through three layers that each add a header `X-Layer`: "
            "`outer`, `middle` and `inner`, in this order or, added on the way back, in the other",
            {
                "operationId": "middleware",
                "summary": "A greeting through three layers of middleware",
                "responses": {
                    "200": text_answer("A greeting", {"const": "hello world"})
                    | {
                        "headers": {
                            "X-Layer": {
                                "description": "Each layer's name, as a header of its own or in one list",
                                "schema": {"type": "array", "items": {"enum": LAYERS}},
                            }
                        }
                    }
                },
            },
        ),
    ),
)


# Traffic


def middleware() -> Step:
    return text("GET", "/middleware", says="hello world")


# Checks


@TOPIC.check("middleware")
def every_layer_adds_its_header_in_its_turn(client: Client) -> None:
    client.must_answer(middleware())
    answer = client.get("/middleware")
    header = ", ".join(answer.headers.get_all("x-layer", []))
    layers = [name.strip() for name in header.split(",")]
    if layers not in (LAYERS, LAYERS[::-1]):
        raise Mismatch(answer.request, "`X-Layer: outer, middle, inner`, or the other way round", f"`{header}`")
    if "x-layer" in client.get("/").headers:
        raise Mismatch("GET /", "no layers, they are around /middleware only", "an `X-Layer`")
