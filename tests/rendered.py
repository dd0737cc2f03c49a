"""A thousand transactions of a scenario, which take a while to render: once for all tests of a process."""

from functools import cache

import pytest

from levelground.traffic import scenario
from levelground.traffic.pool import Pool

SEED, CONNECTIONS = 1, 16


@cache
def rendered(one: scenario.Scenario) -> Pool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenario, "POOL", 1024)
        return one.render(SEED, CONNECTIONS)
