"""The scenarios, against an honest service: what they send is answered as they expect, and their values are many."""

from itertools import islice
from random import Random

import pytest

from levelground.contract.client import Client
from levelground.traffic import scenario
from levelground.traffic.scenario import Scenario
from tests.contract.honest import serving

ALL = scenario.read()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_an_honest_service_answers_every_request_as_it_is_expected(one: Scenario) -> None:
    with serving() as port, Client("127.0.0.1", port) as client:
        for transaction in islice(one.transactions(Random(1)), 40):
            for step in transaction:
                client.must_answer(step)


@pytest.mark.parametrize("name", ["params", "query", "items"])
def test_identifiers_come_from_many_thousands_of_values(name: str) -> None:
    """A router that remembers whole paths has to meet as many of them as it would elsewhere."""
    (one,) = scenario.select(ALL, [name])
    transactions = list(islice(one.transactions(Random(1)), 20_000))
    targets = {step.request.split()[1] for transaction in transactions for step in transaction}
    assert len(targets) > 14_000
