"""GET /json answered with a small JSON object: what a structured answer adds to the floor."""

from collections.abc import Iterator
from random import Random

from levelground.traffic.scenario import Transaction, data


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [data("GET", "/json", says={"hello": "world"})]
