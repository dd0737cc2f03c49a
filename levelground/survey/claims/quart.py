"""What is said of Quart."""

from levelground.survey.asking import SLOW_SECONDS, keeps, told
from levelground.survey.claims.sanic import BLUEPRINT
from levelground.survey.http2 import speaks
from levelground.survey.packages import by, requires
from levelground.survey.sockets import echoes
from levelground.survey.terms import Chapter, Claim, Held, Look, Subject, differs

NAME = "Quart"
COUNTERPART = "Flask"
"""What Quart calls Quart."""
ASGI_SERVERS = ("hypercorn", "uvicorn", "granian", "daphne")


def flasks_api(look: Look) -> Held:
    """Quart's application is one of Flask's classes; names that only Flask has are told."""
    requires("flask")(look)
    found = told(look, "/features/flask-api")
    if not str(found.get("base")).startswith("flask."):
        raise differs("GET /features/flask-api", "a base class of Flask's", str(found.get("base")))
    missing = [name for name in found.get("missing") or [] if name != COUNTERPART]
    note = f"Of the {found.get('of')} names in flask, quart lacks {', '.join(map(str, missing))}." if missing else None
    return Held(note=note)


def extension(look: Look) -> Held:
    """An extension guards a page: refused, logged in, let in."""
    found = told(look, "/features/extension", SLOW_SECONDS)
    if found.get("statuses") != [401, 200, 200]:
        raise differs("GET /features/extension", "401, 200 and 200 for a page, the login, the page again", str(found))
    return Held(found.get("through"))


def asgi(look: Look) -> None:
    """The server that runs it speaks ASGI."""
    keeps("hello")(look)
    server = str(look.about.get("server"))
    look.note("GET /about: server", server)
    if server not in ASGI_SERVERS:
        raise differs("GET /about", f"one of {', '.join(ASGI_SERVERS)}", server)


CHAPTER = Chapter(
    Subject(NAME, "quart", "quart", "Flask's API, with async: the same names, and the same team."),
    (
        Claim(NAME, "quart", "It is Flask's API with async.", flasks_api),
        Claim(NAME, "quart", "It is an ASGI application, on a server that speaks ASGI.", asgi),
        Claim(NAME, "quart", "It has WebSockets.", echoes),
        Claim(NAME, "quart", "It speaks HTTP/2.", by(speaks, "hypercorn"), "HTTP/2"),
        Claim(NAME, "quart", "It has routing with patterns.", keeps("greet-two", "number")),
        Claim(NAME, "quart", "It has middleware.", keeps("middleware")),
        Claim(NAME, "quart", "It has sessions.", keeps("session", "session-forged")),
        Claim(NAME, "quart", "It has templates.", by(keeps("template", "template-escaped"), "jinja2")),
        Claim(NAME, "quart", "Blueprints are mounted under a prefix.", BLUEPRINT, "blueprints"),
        Claim(NAME, "quart", "A Flask extension works inside it.", extension, "Flask extensions", seconds=60),
    ),
)
