"""GET /sleep/{ms}: answers that wait for 1 to 9 ms, as if for something elsewhere."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.waiting import sleep
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [sleep(random.randint(1, 9))]
