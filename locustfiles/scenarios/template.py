"""GET /template: a page of 100 rows through the framework's template engine."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.pages import template
from levelground.traffic.pool import FEW
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    # No more pages than are asked for in advance: to parse every answer would take longer than to make it.
    pages = [template(f"{word(random)} & {word(random)}") for _ in range(FEW)]
    while True:
        yield [random.choice(pages)]
