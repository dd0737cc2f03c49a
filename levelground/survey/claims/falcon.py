"""What is said of Falcon."""

from levelground.contract.client import Answer
from levelground.survey.asking import Ask, asks, get, header, keeps, naming, text, value
from levelground.survey.sockets import echoes
from levelground.survey.terms import Chapter, Claim, Subject

NAME = "Falcon"
BODY_BYTES = 200_000


def _in_pieces(answer: Answer) -> None:
    answer.must_be(200)
    found = answer.json()
    if not isinstance(found, dict) or found.get("bytes") != BODY_BYTES or not found.get("pieces", 0) > 1:
        raise answer.mismatch(f"{BODY_BYTES} bytes in more than one piece")


def _told_by_title(answer: Answer) -> None:
    answer.must_be(409)
    if answer.json().get("title") != "Out of tea":
        raise answer.mismatch('JSON with "title": "Out of tea"')


CHAPTER = Chapter(
    Subject(NAME, "falcon", "falcon", "REST APIs and microservices, with nothing hidden: resources and two objects."),
    (
        Claim(
            NAME,
            "falcon",
            "REST and microservices on ASGI: one resource answers GET, PUT and DELETE.",
            keeps("items"),
            "class-based handlers",
        ),
        Claim(NAME, "falcon", "It has WebSockets.", echoes),
        Claim(
            NAME,
            "falcon",
            "It has middleware, around all routes.",
            asks(get("/features/middleware", value({"order": ["request", "resource", "handler", "response"]}))),
        ),
        Claim(
            NAME,
            "falcon",
            "It has hooks, before and after a handler.",
            asks(get("/features/hooks", value({"order": ["before", "handler", "after"]}))),
            "hooks and signals",
        ),
        Claim(
            NAME,
            "falcon",
            "Error handling is straightforward: an exception has a handler, or is an answer.",
            asks(
                get("/features/errors", value({"error": "out of tea"}, 409)),
                get("/features/errors/http", _told_by_title),
            ),
        ),
        Claim(
            NAME,
            "falcon",
            "Status, headers and body are set on the response object.",
            asks(get("/features/response", header("x-feature", "set", text("set on the response", 202)))),
        ),
        Claim(
            NAME,
            "falcon",
            "Query parameters are read by getters, which refuse what is wrong and name it.",
            asks(
                get("/features/getter?n=7&flag=true&tag=a&tag=b", value({"n": 7, "flag": True, "tag": ["a", "b"]})),
                get("/features/getter?n=seven", naming("n")),
            ),
            "typed parameters",
        ),
        Claim(
            NAME,
            "falcon",
            "A body is read as a stream.",
            asks(Ask("POST", "/features/body", _in_pieces, body=b"x" * BODY_BYTES, chunked=True)),
        ),
    ),
)
