"""GET /fanout/8: an answer made of eight answers of an upstream that takes 10 ms, asked for at once."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.waiting import fanout
from levelground.traffic.scenario import Transaction

QUOTES = 8


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [fanout(QUOTES, random.randint(1, 9_900))]
