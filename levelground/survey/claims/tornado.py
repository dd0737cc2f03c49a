"""What is said of Tornado."""

from levelground.contract.client import Json
from levelground.survey.asking import asks, get, holding, keeps, told, value
from levelground.survey.packages import without
from levelground.survey.sockets import at_once
from levelground.survey.terms import Chapter, Claim, Held, Look, Subject, differs

NAME = "Tornado"
CONNECTIONS = 1_000
LOCKS: Json = {
    "lock": ["first in", "first out", "second in", "second out"],
    "event": "set",
    "condition": "notified",
    "semaphore": 2,
    "queue": [1, 2, 3],
}


def own_loop(look: Look) -> Held:
    """Its IOLoop may be a loop of its own, or only another face of asyncio's."""
    found = told(look, "/features/loop")
    if not found.keys() >= {"ioloop", "runs_on"}:
        raise differs("GET /features/loop", "JSON with ioloop and runs_on", str(found))
    if not str(found["ioloop"]).startswith("tornado."):
        raise differs("GET /features/loop", "an IOLoop of Tornado's", str(found["ioloop"]))
    if found["runs_on"] is None:
        return Held()
    return Held(str(found["runs_on"]), f"{found['ioloop']} is another face of it")


CHAPTER = Chapter(
    Subject(
        NAME,
        "tornado",
        "tornado",
        "A web framework, a server and a networking library in one, from before asyncio was in Python.",
    ),
    (
        Claim(
            NAME,
            "tornado",
            "Its own coroutine primitives (locks, queues) work under asyncio.",
            asks(get("/features/locks", value(LOCKS))),
        ),
        Claim(NAME, "tornado", "It has an event loop of its own.", own_loop),
        Claim(
            NAME,
            "tornado",
            "It has a stream layer of its own.",
            asks(get("/features/iostream", value({"sent": "hello", "received": "hello"}))),
        ),
        Claim(
            NAME,
            "tornado",
            "It has an asynchronous HTTP client as well as a server.",
            asks(get("/features/client", value({"status": 200, "text": "hello world"}))),
            "HTTP client",
        ),
        Claim(
            NAME,
            "tornado",
            "The web framework has routing and templates of its own.",
            without(keeps("number", "template", "template-escaped"), "jinja2", "mako"),
        ),
        Claim(
            NAME,
            "tornado",
            f"Long-lived connections at high concurrency: {CONNECTIONS:,} WebSockets open at once, each answered.",
            at_once(CONNECTIONS),
            seconds=90,
        ),
        Claim(
            NAME,
            "tornado",
            "It does not speak WSGI.",
            asks(get("/features/wsgi", holding(called_as_wsgi="TypeError", adapter=False))),
        ),
    ),
)
