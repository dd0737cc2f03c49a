"""The checks of items, against liars."""

from dataclasses import replace
from typing import override

import pytest

from levelground.contract import checker
from tests.contract.honest import Honest, Lie, Reply, Request, at, lying, service, serving


class NullIsAbsent(Honest):
    @override
    def item(self, request: Request, item: str) -> Reply:
        reply = super().item(request, item)
        return Reply(404) if request.method == "GET" and reply.body == b"null" else reply


class Unbounded(Honest):
    @override
    def item(self, request: Request, item: str) -> Reply:
        if request.method != "PUT":
            return super().item(request, item)
        reply = self.echo(request.body)
        status = 200 if item in self.items else 201
        self.items[item] = reply.body
        return replace(reply, status=status)


class StoresTheMalformed(Honest):
    @override
    def item(self, request: Request, item: str) -> Reply:
        reply = super().item(request, item)
        if request.method == "PUT" and reply.status == 400:
            self.items[item] = b"null"
        return reply


class Keeps(Honest):
    """What was deleted is still there."""

    @override
    def item(self, request: Request, item: str) -> Reply:
        return Reply(204) if request.method == "DELETE" and item in self.items else super().item(request, item)


LIES = {
    "no 201": Lie("items", "expected 201 .*; got 200", lying(at("/items", 201), status=200)),
    "nothing is deleted": Lie("items", "GET /items/.*: expected 404; got 200", Keeps),
    "a body after 204": Lie(
        "items", "expected an answer .*; got BadStatusLine: gone", lying(at("/items", 204), body=b"gone")
    ),
    "a length after 204": Lie(
        "items", "DELETE .*: expected 204 without", lying(at("/items", 204), headers={"Content-Length": "4"})
    ),
    "null is absent": Lie("items-falsy", "GET /items/.*: expected 200 application/json 'null'; got 404", NullIsAbsent),
    "malformed but stored": Lie("items-malformed", "GET /items/.*: expected 404; got 200", StoresTheMalformed),
    "an endless store": Lie("items-store-bounded", "GET /items/.*-0: expected 404; got 200", Unbounded),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()


def test_a_service_that_says_that_it_closes_is_asked_on_a_new_connection() -> None:
    app = lying(at("/items", 201), headers={"Connection": "close"})
    with serving(app()) as port:
        assert checker.check(service("items-store-bounded"), "127.0.0.1", port)["items-store-bounded"] is None
