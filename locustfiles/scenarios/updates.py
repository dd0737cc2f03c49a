"""GET /db/updates/5: five rows of PostgreSQL read and updated, in one transaction."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.database import LAST_START, ROWS, updates
from levelground.traffic.scenario import Transaction

UPDATES = 5


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [updates(UPDATES, random.randint(1, LAST_START), random.randint(0, ROWS))]
