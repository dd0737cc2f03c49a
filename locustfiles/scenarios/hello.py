"""GET / answered with `hello world`: the floor, what a request costs before any work is done."""

from collections.abc import Iterator
from random import Random

from levelground.traffic.scenario import Transaction, text


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [text("GET", "/", says="hello world")]
