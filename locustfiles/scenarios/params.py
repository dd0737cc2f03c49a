"""Path parameters: one, two, names beyond ASCII, and a number that the route's own pattern admits."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.parameters import greet, greet_info, number
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [greet(word(random))]
        yield [greet(f"{word(random)} ü")]
        yield [greet_info(word(random), word(random))]
        yield [number(random.randrange(10**9))]
