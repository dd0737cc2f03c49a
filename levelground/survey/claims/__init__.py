"""All claims, a module for each system, in the order of the survey."""

from collections.abc import Sequence

from levelground.model.survey import Feature
from levelground.stand.catalog import Service
from levelground.survey.claims import (
    aiohttp,
    blacksheep,
    everyone,
    falcon,
    fastapi,
    gunicorn,
    quart,
    sanic,
    starlette,
    tornado,
    vibora,
)
from levelground.survey.terms import Chapter, Subject

OWN = (
    Feature("typed parameters", "arguments that are converted and checked by themselves"),
    Feature("OpenAPI document", "an OpenAPI document that is generated from the handlers"),
    Feature(fastapi.VALID, ""),
    Feature("dependency injection", "dependencies that are injected"),
    Feature("GraphQL", "GraphQL"),
    Feature("CORS", "CORS"),
    Feature("blueprints", "groups of routes under a prefix"),
    Feature("versioned routes", "versioned routes"),
    Feature("class-based handlers", "handlers that are classes"),
    Feature("controllers with views", "controllers with views"),
    Feature("hooks and signals", "hooks or signals"),
    Feature("HTTP/2", "HTTP/2 without a proxy in front"),
    Feature("HTTP client", "an asynchronous HTTP client that comes with it"),
    Feature("WebSocket client", "a WebSocket client that comes with it"),
    Feature("Flask extensions", "extensions of Flask"),
)
"""Features that the survey claims of some systems, and that are checked there; elsewhere nothing is said of them."""

FEATURES = (*(one.feature for one in everyone.COMMON), *OWN)

CHAPTERS = tuple(
    Chapter(one.subject, (*one.claims, *(everyone.claims(one.subject) if one.subject.service else ())))
    for one in (
        tornado.CHAPTER,
        sanic.CHAPTER,
        vibora.CHAPTER,
        quart.CHAPTER,
        fastapi.CHAPTER,
        blacksheep.CHAPTER,
        aiohttp.CHAPTER,
        falcon.CHAPTER,
        starlette.CHAPTER,
        gunicorn.CHAPTER,
    )
)


def chapters(services: Sequence[Service]) -> tuple[Chapter, ...]:
    """Those of the survey, and one for each contender that it does not speak of: what is checked on everybody."""
    known = {one.subject.service for one in CHAPTERS}
    others = [one for one in services if one.role == "contender" and not one.only and one.name not in known]
    subjects = [Subject(one.name, one.name, one.name, "The survey does not speak of it.") for one in others]
    return (*CHAPTERS, *(Chapter(one, everyone.claims(one)) for one in subjects))
