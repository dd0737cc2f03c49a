"""GET /sleep/1000 on 5,000 connections at once: what so many that wait take in memory and in time."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.waiting import sleep
from levelground.traffic.scenario import Transaction

connections = 5000
SECOND_MS = 1000


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [sleep(SECOND_MS)]
