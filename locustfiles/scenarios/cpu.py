"""GET /cpu/{n}: 500 to 1,500 rounds of arithmetic, where no framework helps."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.work import cpu
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [cpu(random.randint(500, 1500))]
