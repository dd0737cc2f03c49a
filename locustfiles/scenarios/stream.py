"""GET /stream/{chunks}: 8 to 24 pieces of text, each sent when it is made."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.streams import pieces
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [pieces(random.randint(8, 24))]
