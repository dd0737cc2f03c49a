"""A service of a few answers, and the packages of an image that was never built."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from levelground.contract.client import Mismatch
from levelground.stand.distributions import Distribution, Distributions
from levelground.survey.terms import Check, Held, Look
from tests import server
from tests.server import Piece, Server

NOT_FOUND = server.answer(b"not found", status="404 Not Found")
HANGS: Sequence[Piece] = (30.0,)


def text(body: str, *headers: str, status: str = "200 OK") -> bytes:
    return server.answer(body.encode(), *headers, status=status)


def value(content: object, *headers: str, status: str = "200 OK") -> bytes:
    return server.answer(json.dumps(content).encode(), *headers, status=status, media_type="application/json")


def page(body: str) -> bytes:
    return server.answer(body.encode(), media_type="text/html")


@contextmanager
def serving(answers: Mapping[str, bytes | Sequence[Piece]]) -> Iterator[Server]:
    """Answers by `METHOD target`; anything else gets 404."""

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        method, target, _ = request.decode("latin-1").split(" ", 2)
        found = answers.get(f"{method} {target}", NOT_FOUND)
        return [found] if isinstance(found, bytes) else found

    with Server(reply) as running:
        yield running


def look(
    running: Server, distribution: str | None = None, installed: Distributions | None = None, **about: Any
) -> Look:
    return Look(running.address, distribution, installed, about)


def held(check: Check, answers: Mapping[str, bytes | Sequence[Piece]], **about: Any) -> Held:
    """What a check says of a service with these answers. Raises what the check raises."""
    with serving(answers) as running:
        return check(look(running, **about)) or Held()


def refused(check: Check, answers: Mapping[str, bytes | Sequence[Piece]], why: str, **about: Any) -> None:
    """The claim does not hold, and the message says why."""
    with pytest.raises(Mismatch, match=why):
        held(check, answers, **about)


def packages(*requirements: str) -> Distributions:
    """From lines like `a: b, c; extra == "x"`."""
    found = {}
    for line in requirements:
        name, _, needs = line.partition(":")
        found[name] = Distribution(name, "1.0", tuple(one.strip() for one in needs.split(",") if one.strip()))
    return found
