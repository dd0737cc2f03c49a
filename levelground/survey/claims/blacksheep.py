"""What is said of BlackSheep."""

from levelground.survey.asking import SLOW_SECONDS, asks, get, html, post, value
from levelground.survey.claims.fastapi import INJECTED, VALID
from levelground.survey.document import is_valid, lists_routes, shows
from levelground.survey.packages import by
from levelground.survey.terms import Chapter, Claim, Subject

NAME = "BlackSheep"

CHAPTER = Chapter(
    Subject(NAME, "blacksheep", "blacksheep", "APIs and pages on ASGI, in the manner of ASP.NET Core."),
    (
        Claim(
            NAME,
            "blacksheep",
            "It has MVC: a controller renders its own view.",
            by(
                asks(
                    get("/features/mvc?name=Zo%C3%AB", html("<h1>hello Zoë</h1>")),
                    get("/features/mvc?name=%3Cb%3E", html("&lt;b&gt;")),
                ),
                "jinja2",
            ),
            "controllers with views",
        ),
        Claim(
            NAME,
            "blacksheep",
            "It has rich API code: controllers of an API, with versions.",
            asks(get("/api/v1/features", value({"hello": "from an API controller"}))),
            "versioned routes",
        ),
        Claim(
            NAME,
            "blacksheep",
            "Dependencies are injected, and can be overridden.",
            INJECTED,
            "dependency injection",
        ),
        Claim(
            NAME,
            "blacksheep",
            "An OpenAPI document is generated from the handlers, and lists their routes.",
            lists_routes("/openapi.json"),
            "OpenAPI document",
            seconds=120,
        ),
        Claim(NAME, "blacksheep", "The document is valid by OpenAPI's own schema.", is_valid("/openapi.json"), VALID),
        Claim(NAME, "blacksheep", "A page of Swagger UI shows it.", shows("/docs", "swagger-ui", "openapi.json")),
        Claim(
            NAME,
            "blacksheep",
            "Arguments of handlers are bound from route, query and body; a repeated name arrives as a list.",
            asks(
                get("/features/bound/7?tag=a&tag=b", value({"id": 7, "tag": ["a", "b"]})),
                post(
                    "/features/bound/7?tag=a&tag=b",
                    {"name": "Zoë"},
                    value({"id": 7, "tag": ["a", "b"], "name": "Zoë"}),
                ),
            ),
            "typed parameters",
        ),
        Claim(
            NAME,
            "blacksheep",
            "It reloads on change, with uvicorn.",
            by(
                asks(get("/features/reload", value({"before": "one", "after": "two"})), seconds=SLOW_SECONDS),
                "uvicorn",
            ),
        ),
    ),
)
