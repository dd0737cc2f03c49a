"""The scenarios, against an honest service: what they send is answered as they expect, and their values are many."""

from itertools import islice
from random import Random

import pytest

from levelground.contract.client import Client
from levelground.contract.websocket import WebSocket
from levelground.traffic import scenario
from levelground.traffic.scenario import Scenario
from tests.contract.helpers import HELPERS
from tests.contract.honest import serving

ALL = scenario.read()
HTTP = [one for one in ALL if not next(one.transactions(Random(1)))[0].websocket]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_an_honest_service_answers_every_request_as_it_is_expected(one: Scenario) -> None:
    steps = [step for transaction in islice(one.transactions(Random(1)), 40) for step in transaction]
    if path := steps[0].websocket:
        with serving() as port, WebSocket("127.0.0.1", port, path) as socket:
            for step in steps:
                socket.must_echo(step.body)
        return
    # The same answer again and again takes as long as it takes: `crowd` waits for a second.
    with serving() as port, Client("127.0.0.1", port) as client:
        for step in dict.fromkeys(steps):
            client.must_answer(step)


@pytest.mark.parametrize("one", HTTP, ids=lambda one: one.name)
def test_a_scenario_promises_what_an_honest_service_asks_of_the_helpers(one: Scenario) -> None:
    steps = [step for transaction in islice(one.transactions(Random(1)), 6) for step in transaction]
    statements, quotes = HELPERS.statements().all, HELPERS.asked().total()
    with serving() as port, Client("127.0.0.1", port) as client:
        for step in steps:
            client.must_answer(step)
    assert HELPERS.statements().all - statements == sum(step.statements for step in steps)
    assert HELPERS.asked().total() - quotes == sum(step.quotes for step in steps)


@pytest.mark.parametrize("name", ["params", "query", "items"])
def test_identifiers_come_from_many_thousands_of_values(name: str) -> None:
    """A router that remembers whole paths has to meet as many of them as it would elsewhere."""
    (one,) = scenario.select(ALL, [name])
    transactions = list(islice(one.transactions(Random(1)), 20_000))
    targets = {step.request.split()[1] for transaction in transactions for step in transaction}
    assert len(targets) > 14_000
