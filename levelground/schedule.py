"""Which slice comes when: blocks in seeded random order, derived from nothing but the seed and the block's number.

Any number of workers that know the seed agree on the order without talking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random


@dataclass(frozen=True)
class Block:
    """One slice of every service in `order`, all with the same traffic: the scenario from transaction `turn` on."""

    number: int
    scenario: str
    turn: int
    order: tuple[str, ...]


def blocks(seed: int, services: Mapping[str, Sequence[str]], start: int = 0) -> Iterator[Block]:
    """Blocks without end from number `start` on; `services` says for each scenario which services answer it.

    As many blocks in a row as there are scenarios hold each scenario once, in random order.
    """
    scenarios = list(services)
    for number in count(start):
        cycle, place = divmod(number, len(scenarios))
        scenario = Random(f"{seed}:cycle:{cycle}").sample(scenarios, len(scenarios))[place]
        random = Random(f"{seed}:block:{number}")
        order = random.sample(list(services[scenario]), len(services[scenario]))
        yield Block(number, scenario, random.randrange(1 << 30), tuple(order))
