"""GET / answered with `hello world`: the floor, what a request costs before any work is done."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.hello import hello
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [hello()]
