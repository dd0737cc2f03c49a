"""What is said of Sanic."""

from levelground.survey.asking import Ask, all_of, asks, get, keeps, post, status, text
from levelground.survey.packages import only_through_extra
from levelground.survey.sockets import echoes, streams, waits_at_once
from levelground.survey.terms import Chapter, Claim, Subject

NAME = "Sanic"
BLUEPRINT = asks(
    get("/features/blueprint/hello", text("hello from a blueprint")),
    # Without its prefix, the same route is not there.
    get("/hello", status(404)),
)

CHAPTER = Chapter(
    Subject(
        NAME, "sanic", "sanic", "A web framework with a server of its own, built to be fast, with Flask's manners."
    ),
    (
        Claim(NAME, "sanic", "Handlers are async functions, and many of them wait at once.", waits_at_once),
        Claim(NAME, "sanic", "It has routing with patterns.", keeps("greet-two", "number")),
        Claim(NAME, "sanic", "It has middleware.", keeps("middleware")),
        Claim(NAME, "sanic", "It has cookies.", keeps("cookie")),
        Claim(
            NAME,
            "sanic",
            "Routes have versions.",
            asks(
                get("/v1/features/hello", text("hello from version 1")),
                get("/v2/features/hello", text("hello from version 2")),
                get("/features/hello", status(404)),
            ),
            "versioned routes",
        ),
        Claim(NAME, "sanic", "Blueprints are mounted under a prefix.", BLUEPRINT, "blueprints"),
        Claim(
            NAME,
            "sanic",
            "It has class-based views.",
            asks(
                get("/features/class-based", text("get from a class")),
                post("/features/class-based", {}, text("post from a class")),
                Ask("DELETE", "/features/class-based", status(405)),
            ),
            "class-based handlers",
        ),
        Claim(NAME, "sanic", "It serves static files.", keeps("static", "static-304")),
        Claim(NAME, "sanic", "It streams answers.", streams),
        Claim(NAME, "sanic", "It has WebSockets.", echoes),
        Claim(
            NAME,
            "sanic",
            "Templates come only through an extra.",
            all_of(only_through_extra("sanic-ext", "ext"), keeps("template")),
        ),
    ),
)
