"""Which slice comes when, and in an open loop which request: derived from nothing but the seed and the block's number.

Any number of workers that know the seed agree on the order without talking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

import numpy as np


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


def arrivals(seed: int, block: Block, rate: float, seconds: float) -> list[int]:
    """When requests are due within a slice, in nanoseconds from its beginning: a Poisson process of `rate` per second.

    The same for all services of a block: twice the rate is the same process, run twice as fast.
    """
    source = np.random.default_rng([seed, block.number, block.turn])
    steps: list[np.ndarray] = []
    reached, wanted = 0.0, rate * seconds
    while reached < wanted:
        steps.append(source.standard_exponential(max(16, int(1.2 * (wanted - reached)))))
        reached += float(steps[-1].sum())
    due = np.cumsum(np.concatenate(steps)) if steps else np.empty(0)
    times: list[int] = (due[due < wanted] / rate * 1e9).astype(np.int64).tolist()
    return times
