"""An item's life: PUT it, GET it, PUT it again, DELETE it. A small API that writes as often as it reads."""

from collections.abc import Iterator
from itertools import count
from random import Random

from levelground.traffic.scenario import Transaction, data, empty, word


def transactions(random: Random) -> Iterator[Transaction]:
    for number in count():
        path = f"/items/{word(random)}-{number}"
        first, second = ({"name": word(random), "stock": random.randrange(1000)} for _ in range(2))
        yield [
            data("PUT", path, send=first, says=first, status=201),
            data("GET", path, says=first),
            data("PUT", path, send=second, says=second, status=200),
            empty("DELETE", path, status=204),
        ]
