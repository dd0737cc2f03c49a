"""What is said of Vibora. What is said of its speed is in levelground/survey/speed.py."""

from levelground.survey.asking import asks, get, keeps, value
from levelground.survey.claims.sanic import BLUEPRINT
from levelground.survey.packages import without
from levelground.survey.terms import Chapter, Claim, Held, Look, Subject, differs

NAME = "Vibora"


def unfinished(look: Look) -> Held:
    """A version below 1, and a status that its own metadata do not call stable."""
    own = look.installed.get("vibora")
    if own is None:
        raise differs("metadata of vibora", "an installed distribution", "none")
    look.note("metadata of vibora: version, Development Status", f"{own.version}, {own.status or 'none'}")
    if not own.version.startswith("0."):
        raise differs("metadata of vibora", "a version below 1", own.version)
    return Held(
        note="Its last release is of 2018; services/vibora/build.py lists what has to be edited so that it runs at all."
    )


CHAPTER = Chapter(
    Subject(
        NAME,
        "vibora",
        "vibora",
        "A framework with a server, parser, schemas, templates and client of its own, in Cython. Historical.",
    ),
    (
        Claim(
            NAME,
            "vibora",
            "It is close to Sanic in use: async handlers, blueprints under a prefix.",
            BLUEPRINT,
            "blueprints",
        ),
        Claim(
            NAME,
            "vibora",
            "Templates are included.",
            without(keeps("template", "template-escaped"), "jinja2", "mako"),
        ),
        Claim(
            NAME,
            "vibora",
            "Other libraries are included: an HTTP client.",
            asks(get("/features/client", value({"status": 200, "text": "hello world"}))),
            "HTTP client",
        ),
        Claim(
            NAME,
            "vibora",
            "Other libraries are included: schemas that validate.",
            without(keeps("validate", "validate-wrong"), "pydantic", "msgspec", "marshmallow"),
        ),
        Claim(NAME, "vibora", "It is an unfinished rewrite, and unmaintained.", unfinished),
    ),
)
