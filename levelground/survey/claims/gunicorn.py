"""What is said of gunicorn: a process manager in front of frameworks that document it."""

from levelground.survey.asking import SLOW_SECONDS, keeps, told
from levelground.survey.terms import Chapter, Claim, Held, Look, Subject, differs

NAME = "gunicorn"
BEHIND = {"aiohttp": "aiohttp", "flask": "Flask", "django-wsgi": "Django", "falcon-wsgi": "Falcon (WSGI)"}
"""Services that it starts on this stand, because their frameworks' documentation says so."""
BESIDE = {"fastapi": "FastAPI", "starlette": "Starlette", "falcon": "Falcon (ASGI)", "blacksheep": "BlackSheep"}
"""Services that run on a server of their own here, and start it beside themselves to be asked."""


def in_front(look: Look) -> Held:
    """The service says itself that gunicorn started it."""
    keeps("hello")(look)
    look.note("GET /about: server", f"{look.about.get('server')} {look.about.get('server_version')}")
    if look.about.get("server") != "gunicorn":
        raise differs("GET /about", "the server gunicorn", str(look.about.get("server")))
    return Held()


def beside(look: Look) -> Held:
    """gunicorn starts the service's own application in several processes, and they answer."""
    found = told(look, "/features/gunicorn", SLOW_SECONDS)
    if found.get("processes") != 2 or found.get("text") != "hello world":
        raise differs("GET /features/gunicorn", "hello world from two processes", str(found))
    worker = str(found.get("worker_class"))
    own = worker.startswith("gunicorn.") or "." not in worker
    return Held(None if own else worker)


CHAPTER = Chapter(
    Subject(NAME, None, None, "A process manager and server: it starts workers, watches them, and replaces them."),
    (
        *(
            Claim(NAME, service, f"It manages the processes of {framework}.", in_front)
            for service, framework in BEHIND.items()
        ),
        *(
            Claim(NAME, service, f"It can manage the processes of {framework} too.", beside)
            for service, framework in BESIDE.items()
        ),
    ),
)
