"""A cookie's life: it is set, read, and ended."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.state import cookie
from levelground.traffic.scenario import Transaction, word

LETTERS = 8
"""All cookies are as long, and so are the headers that set them: by their length answers are recognised."""


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        color = word(random, LETTERS)
        yield [cookie(set=color), cookie(color), cookie(color, expire=True)]
