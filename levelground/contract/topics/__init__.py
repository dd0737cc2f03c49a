"""The topics of the contract, in its order: services register their routes in this order, too."""

from levelground.contract.terms import Row
from levelground.contract.topics import (
    about,
    database,
    echo,
    forms,
    hello,
    items,
    middleware,
    pages,
    parameters,
    state,
    streams,
    validation,
    waiting,
    work,
)

TOPICS = (
    hello.TOPIC,
    parameters.TOPIC,
    echo.TOPIC,
    items.TOPIC,
    validation.TOPIC,
    forms.TOPIC,
    pages.TOPIC,
    streams.TOPIC,
    state.TOPIC,
    middleware.TOPIC,
    waiting.TOPIC,
    work.TOPIC,
    database.TOPIC,
    about.TOPIC,
)


def rows() -> tuple[Row, ...]:
    return tuple(row for topic in TOPICS for row in topic.rows)


def routes() -> dict[str, set[str]]:
    """The paths of the contract, as templates, and the methods of each."""
    found: dict[str, set[str]] = {}
    for row in rows():
        found.setdefault(row.path, set()).add(row.method)
    return found
