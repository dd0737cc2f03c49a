"""The checks of waiting, against liars."""

from threading import Lock
from typing import override

import pytest

from levelground.contract import checker, client
from levelground.stand.upstream import price
from tests.contract.helpers import HELPERS
from tests.contract.honest import Honest, Lie, Reply, as_json, at, lying, service, serving

"""Of the upstream, so that it takes less time to ask it for a hundred prices in a row."""


class Hasty(Honest):
    @override
    def sleep(self, digits: str) -> Reply:
        return as_json({"ms": int(digits)}) if digits.isdecimal() and int(digits) <= 10_000 else Reply(404)


class OneByOne(Honest):
    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()

    @override
    def sleep(self, digits: str) -> Reply:
        with self.lock:
            return super().sleep(digits)


class Knowing(Honest):
    """It knows the prices, and asks nobody."""

    @override
    def fanout(self, digits: str, query: str) -> Reply:
        reply = super().fanout(digits, query)
        if reply.status == 200:
            HELPERS.quote(-int(digits))
        return reply


class InARow(Honest):
    """It asks for one price after the other."""

    @override
    def fanout(self, digits: str, query: str) -> Reply:
        reply = super().fanout(digits, query)
        HELPERS.remember(most=1)
        return reply


LIES = {
    "no wait": Lie("sleep", "expected an answer after 50 ms; got one after", Hasty),
    "a wait of any length": Lie(
        "sleep", "GET /sleep/10001: expected a 4xx; got 200", lying(at("/sleep/10001", 404), status=200)
    ),
    "prices by heart": Lie("fanout", "GET /fanout/1: expected 1 requests to the upstream; got 0", Knowing),
    "a wrong price": Lie(
        "fanout", r"GET /fanout/1\?start=1: expected 200", lying(at("/fanout"), body=b'{"prices": [7]}')
    ),
    "any number of prices": Lie(
        "fanout", r"GET /fanout/a\?start=1: expected a 4xx; got 200", lying(at("/fanout", 400), status=200)
    ),
    "one price after the other": Lie(
        "fanout-at-once", "expected several requests to the upstream at once; got 1", InARow
    ),
    "one after the other": Lie("sleep-at-once", "expected an answer within 1 s; got none", OneByOne),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 1.0)
    lie.must_be_found()


def test_without_an_upstream_the_check_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HELPERS, "is_up", False)
    with serving() as port:
        told = checker.check(service("fanout"), "127.0.0.1", port)["fanout"]
    assert told == "GET /fanout: expected an upstream to ask; got upstream: connection refused"


def test_prices_are_not_to_be_guessed_from_their_neighbours() -> None:
    assert len({price(id + 1) - price(id) for id in range(1, 100)}) > 1
