"""GET /fortunes: rows of PostgreSQL and one more, sorted, in a page through the template engine."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.database import fortunes
from levelground.traffic.pool import FEW
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    # No more pages than are asked for in advance: to parse every answer would take longer than to make it.
    pages = [fortunes(f"{word(random)} & {word(random)}") for _ in range(FEW)]
    while True:
        yield [random.choice(pages)]
