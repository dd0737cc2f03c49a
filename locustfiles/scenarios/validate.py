"""POST /validate with about 1 KiB of JSON: a nested order, validated and added up."""

from collections.abc import Iterator
from random import Random

from levelground.contract.topics.validation import validate
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        order = {
            "customer": {"name": f"{word(random)} ü", "email": f"{word(random)}@{word(random)}.example"},
            "address": {
                "street": f"{word(random)} {random.randint(1, 99)}",
                "city": word(random),
                "postcode": str(random.randrange(10_000, 100_000)),
                "country": word(random, 2).upper(),
            },
            "lines": [
                {"sku": word(random), "quantity": random.randint(1, 9), "price": random.randrange(100, 100_000)}
                for _ in range(16)
            ],
        }
        yield [validate(order)]
