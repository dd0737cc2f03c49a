"""All transactions of a scenario, which take a second to render: once for all tests of a process."""

from functools import cache

from levelground.traffic.pool import Pool
from levelground.traffic.scenario import Scenario

SEED, CONNECTIONS = 1, 16


@cache
def rendered(one: Scenario) -> Pool:
    return one.render(SEED, CONNECTIONS)
