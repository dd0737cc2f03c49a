"""WS /ws: text and binary of 100 bytes to 1 KiB over a WebSocket, sent back."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.streams import echoed
from levelground.traffic.scenario import Transaction, word

SHORTEST, LONGEST = 100, 1024


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [echoed(word(random, random.randint(SHORTEST, LONGEST)))]
        yield [echoed(random.randbytes(random.randint(SHORTEST, LONGEST)))]
