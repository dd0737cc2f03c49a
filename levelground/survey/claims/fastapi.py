"""What is said of FastAPI. What is said of its speed is in levelground/survey/speed.py."""

from levelground.contract.client import Answer
from levelground.survey.asking import Ask, asks, get, header, holding, keeps, naming, post, status, text, value
from levelground.survey.document import MOUNTED, describes_model, is_valid, lists_routes, shows
from levelground.survey.packages import by, requires
from levelground.survey.sockets import echoes, streams
from levelground.survey.terms import Chapter, Claim, Subject

NAME = "FastAPI"
VALID = "valid OpenAPI"
ORDER = {
    "customer": {"name": "Zoë", "email": "zoe@example.org"},
    "address": {"street": "Main Street 1", "city": "Oslo", "postcode": "0150", "country": "NO"},
    "lines": [{"sku": "a-1", "quantity": 3, "price": 999}],
}
WRONG_ORDER = ORDER | {"lines": [{"sku": "a-1", "quantity": 0, "price": 999}]}

ALLOWED, OTHER = "https://allowed.example", "https://other.example"
ALLOWS = "access-control-allow-origin"
CORS = asks(
    get("/features/cors/hello", header(ALLOWS, ALLOWED, text("hello world")), {"Origin": ALLOWED}),
    Ask(
        "OPTIONS",
        "/features/cors/hello",
        header(ALLOWS, ALLOWED, status(200, 204)),
        headers={"Origin": ALLOWED, "Access-Control-Request-Method": "GET"},
    ),
    get("/features/cors/hello", header(ALLOWS, None, text("hello world")), {"Origin": OTHER}),
)
INJECTED = asks(
    get("/features/injected", value({"injected": "real"})),
    get("/features/overridden/injected", value({"injected": "override"})),
)


def has_errors(answer: Answer) -> None:
    """GraphQL tells errors in a body; which status goes with them is free."""
    answer.must_be(200, 400)
    if not answer.json().get("errors"):
        raise answer.mismatch("JSON with errors")


CHAPTER = Chapter(
    Subject(NAME, "fastapi", "fastapi", "APIs from type hints: they validate, inject, and write the documentation."),
    (
        Claim(
            NAME,
            "fastapi",
            "An OpenAPI document is generated from the handlers, and lists their routes.",
            # Sessions and layers are around applications of their own, which are mounted.
            lists_routes("/openapi.json", (*MOUNTED, "/session", "/middleware")),
            "OpenAPI document",
            seconds=120,
        ),
        Claim(NAME, "fastapi", "The document is valid by OpenAPI's own schema.", is_valid("/openapi.json"), VALID),
        Claim(NAME, "fastapi", "A page of Swagger UI shows it.", shows("/docs", "swagger-ui", "/openapi.json")),
        Claim(NAME, "fastapi", "A page of ReDoc shows it.", shows("/redoc", "redoc", "/openapi.json")),
        Claim(
            NAME,
            "fastapi",
            "The document holds the JSON Schema of the models.",
            describes_model("/openapi.json", "/validate", ORDER, WRONG_ORDER),
        ),
        Claim(
            NAME,
            "fastapi",
            "Dependencies are injected, and can be overridden.",
            INJECTED,
            "dependency injection",
        ),
        Claim(
            NAME,
            "fastapi",
            "Type hints validate input: what is wrong gets a 4xx that names the parameter.",
            asks(
                get("/features/typed/7?size=2", value({"count": 7, "size": 2})),
                get("/features/typed/seven?size=2", naming("count")),
                get("/features/typed/7?size=big", naming("size")),
            ),
            "typed parameters",
        ),
        Claim(NAME, "fastapi", "It has WebSockets.", echoes),
        Claim(NAME, "fastapi", "It streams answers.", streams),
        Claim(
            NAME,
            "fastapi",
            "It answers GraphQL, through the library that its documentation names.",
            by(
                asks(
                    post(
                        "/features/graphql",
                        {"query": '{ hello(name: "Zoë") }'},
                        holding(data={"hello": "hello Zoë"}),
                    ),
                    post("/features/graphql", {"query": "{ nothing }"}, has_errors),
                ),
                "strawberry-graphql",
            ),
            "GraphQL",
        ),
        Claim(NAME, "fastapi", "It has CORS.", CORS, "CORS"),
        Claim(NAME, "fastapi", "It has sessions.", by(keeps("session", "session-forged"), "itsdangerous")),
        Claim(NAME, "fastapi", "It has cookies.", keeps("cookie")),
        Claim(NAME, "fastapi", "It is built on Starlette.", requires("starlette")),
    ),
)
