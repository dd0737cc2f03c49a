"""POST /form with two fields and one that comes three times, as a browser sends them."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.forms import form
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        message = " ".join(word(random) for _ in range(20))
        yield [form(f"{word(random)} ü", message, *(word(random) for _ in range(3)))]
