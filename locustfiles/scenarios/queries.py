"""GET /db/queries/20: twenty rows of PostgreSQL, by twenty queries."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.database import LAST_START, queries
from levelground.traffic.scenario import Transaction

QUERIES = 20


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [queries(QUERIES, random.randint(1, LAST_START))]
