"""Query parameters: a name once, a name three times as a list, several names, none at all."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.parameters import query
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [query(word(random), age=str(random.randrange(100)))]
        yield [query(word(random), word(random), word(random))]
        yield [query(word(random), other=word(random), age=str(random.randrange(100)))]
        yield [query()]
