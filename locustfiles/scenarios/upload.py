"""POST /upload: a form with one of eight files of 64 KiB, answered with its size and its SHA-256."""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from levelground.contract.topics.forms import SMALL, upload
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    # Each step holds its file, so there are only a few.
    steps = [upload(random.randbytes(SMALL)) for _ in range(8)]
    for step in cycle(steps):
        yield [step]
