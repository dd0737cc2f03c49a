"""GET /db: one row of PostgreSQL, by one query."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.database import ROWS, db
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [db(random.randint(1, ROWS))]
