"""What the survey shows of every framework, and what else everybody needs: by the contract's own checks.

A row says by which packages a service does it; the metadata of its image say whether the framework brings them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from levelground.model.survey import Feature
from levelground.survey.asking import keeps
from levelground.survey.packages import by, by_hand
from levelground.survey.sockets import echoes, streams, waits_at_once
from levelground.survey.terms import Check, Claim, Subject

BY_HAND = "code of the service's own"


@dataclass(frozen=True)
class Common:
    """A feature that is checked on every framework."""

    feature: Feature
    says: str
    check: Check
    packages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By service: the distributions that help it; BY_HAND: it has none, and the app does it in its own lines."""

    def claim(self, subject: Subject) -> Claim:
        assert subject.service is not None
        names = self.packages.get(subject.service, ())
        check = by_hand(self.check, BY_HAND) if BY_HAND in names else by(self.check, *names) if names else self.check
        return Claim(subject.name, subject.service, self.says, check, self.feature.name)


COMMON = (
    Common(Feature("text and JSON", ""), "Hello world as text, and a JSON answer.", keeps("hello", "json")),
    Common(
        Feature("path parameters", ""), "One and two path parameters, percent-decoded.", keeps("greet", "greet-two")
    ),
    Common(
        Feature("query parameters", ""),
        "A query parameter, one name several times as a list, and several names.",
        keeps("query"),
    ),
    Common(
        Feature("the request", ""),
        "A handler reads method, path, headers, query and body of a request.",
        keeps("request"),
    ),
    Common(Feature("JSON bodies", ""), "A POST with a JSON body is read and answered.", keeps("echo")),
    Common(Feature("PUT and DELETE", ""), "PUT and DELETE are routes like any other.", keeps("items")),
    Common(
        Feature("patterns in routes", ""),
        "A path parameter is restricted by a pattern, and anything else gets 404.",
        keeps("number"),
    ),
    Common(
        Feature("validation", "input checked by declared types, with errors that name the field"),
        "A body is checked, and what is wrong gets a 4xx that names the field.",
        keeps("validate", "validate-wrong"),
        {
            "fastapi": ["pydantic"],
            "starlette": ["pydantic"],
            "aiohttp": ["pydantic"],
            "falcon": ["msgspec"],
            "blacksheep": ["pydantic"],
            "sanic": ["sanic-ext", "pydantic"],
            "tornado": ["pydantic"],
            "quart": ["quart-schema", "pydantic"],
        },
    ),
    Common(
        Feature("forms and uploads", "forms and uploaded files"),
        "Forms and uploaded files are read.",
        keeps("form", "upload"),
        {"fastapi": ["python-multipart"], "starlette": ["python-multipart"]},
    ),
    Common(
        Feature("static files", "static files with 304"),
        "Static files are served, and 304 for the same again is really empty.",
        keeps("static", "static-304"),
    ),
    Common(
        Feature("templates", "pages from templates"),
        "A page is rendered from a template, and values are escaped.",
        keeps("template", "template-escaped"),
        {
            "fastapi": ["jinja2"],
            "starlette": ["jinja2"],
            "aiohttp": ["aiohttp-jinja2", "jinja2"],
            "falcon": ["jinja2"],
            "blacksheep": ["jinja2"],
            "sanic": ["sanic-ext", "jinja2"],
            "quart": ["jinja2"],
        },
    ),
    Common(Feature("cookies", "cookies"), "Cookies are read, set and ended.", keeps("cookie")),
    Common(
        Feature("signed sessions", "signed sessions"),
        "A signed session survives from one request to the next, and a forged one is none.",
        keeps("session", "session-forged"),
        {
            "fastapi": ["itsdangerous"],
            "starlette": ["itsdangerous"],
            "aiohttp": ["aiohttp-session"],
            "blacksheep": ["itsdangerous"],
            "quart": ["itsdangerous"],
            "falcon": [BY_HAND],
            "sanic": [BY_HAND],
            "vibora": [BY_HAND],
        },
    ),
    Common(
        Feature("middleware", "layers around handlers"),
        "Three layers are around a route, in order.",
        keeps("middleware"),
    ),
    Common(
        Feature("streamed answers", "answers that are sent piece by piece"),
        "An answer is sent piece by piece, each when it is made.",
        streams,
    ),
    Common(Feature("WebSockets", "WebSockets"), "A WebSocket echoes texts and bytes.", echoes),
    Common(
        Feature("requests at once", ""),
        "Async handlers that wait, wait at once in one process.",
        waits_at_once,
    ),
)


def claims(subject: Subject) -> list[Claim]:
    """Those that are checked on every framework."""
    return [one.claim(subject) for one in COMMON]
