"""The checks of waiting, against liars."""

from threading import Lock
from typing import override

import pytest

from levelground.contract import client
from tests.contract.honest import Honest, Lie, Reply, as_json, at, lying


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


LIES = {
    "no wait": Lie("sleep", "expected an answer after 50 ms; got one after", Hasty),
    "a wait of any length": Lie(
        "sleep", "GET /sleep/10001: expected a 4xx; got 200", lying(at("/sleep/10001", 404), status=200)
    ),
    "one after the other": Lie("sleep-at-once", "expected an answer within 1 s; got none", OneByOne),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 1.0)
    lie.must_be_found()
