"""GET /json answered with a small JSON object: what a structured answer adds to the floor."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.hello import hello_json
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [hello_json()]
