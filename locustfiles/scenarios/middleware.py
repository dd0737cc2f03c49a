"""GET /middleware: `hello` through three layers of middleware."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.middleware import middleware
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [middleware()]
