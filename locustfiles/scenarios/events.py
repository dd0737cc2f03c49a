"""GET /events: 8 to 24 server-sent events, each sent when it is made."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.streams import ticks
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [ticks(random.randint(8, 24), word(random))]
