"""An item's life: PUT it, GET it, PUT it again, DELETE it. A small API that writes as often as it reads."""

from collections.abc import Iterator
from itertools import count
from random import Random

from levelground.contract.topics.items import delete_item, get_item, put_item
from levelground.traffic.scenario import Transaction, word


def transactions(random: Random) -> Iterator[Transaction]:
    # The number keeps two connections from sharing an item.
    for number in count():
        item = f"{word(random)}-{number}"
        first, second = ({"name": word(random), "stock": random.randrange(1000)} for _ in range(2))
        yield [
            put_item(item, first, created=True),
            get_item(item, first),
            put_item(item, second, created=False),
            delete_item(item),
        ]
