"""GET /static/words.txt: a file of 64 KiB, as the framework serves files."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.pages import static
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [static()]
