"""POST /echo with about 1 KiB of JSON: a body read, decoded, encoded again."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.echo import echo
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        order = {
            "id": random.randrange(10**6),
            "customer": {"name": f"{word(random)} ü", "email": f"{word(random)}@{word(random)}.example"},
            "paid": random.random() < 0.5,
            "note": None,
            "lines": [
                {"product": word(random), "quantity": random.randint(1, 9), "price": random.randrange(100, 99999) / 100}
                for _ in range(16)
            ],
        }
        yield [echo(order)]
