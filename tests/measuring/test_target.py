"""How a service is warmed up: bursts until twice as much traffic makes it no faster."""

from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest

from levelground.measuring import target
from levelground.measuring.target import Target
from levelground.stand.catalog import Service
from levelground.traffic.client import Burst


class Warming:
    """In place of an endpoint: each burst's answers come so many nanoseconds apart, by how many bursts were before."""

    def __init__(self, apart_ns: Callable[[int], int], errors: Callable[[int], int] = lambda _: 0) -> None:
        self.bursts = 0
        self._apart_ns, self._errors = apart_ns, errors

    def prepare(self, connections: int, websocket: str) -> None:
        pass

    def burst(self, scripts: object, turn: int, seconds: float) -> Burst:
        assert turn == self.bursts
        apart = self._apart_ns(self.bursts)
        errors = Counter({"reset": self._errors(self.bursts)})
        self.bursts += 1
        times = range(0, round(seconds * 1e9), apart)
        return Burst(seconds, [1000] * len(times), arrivals_ns=times, errors=+errors)


def warm_up(endpoint: Warming) -> float:
    one = Target(Service("one", "contender", 0), lambda _: ("127.0.0.1", 1))
    one.endpoint = endpoint  # type: ignore[assignment]
    one.scripts["hello"] = ()
    return one.warm_up("hello", 16, lambda: None)


def test_what_is_warm_from_the_start_takes_few_bursts_and_its_rate_is_told() -> None:
    endpoint = Warming(lambda _: 50_000)
    assert warm_up(endpoint) == pytest.approx(20_000)
    assert endpoint.bursts == target.COLDEST


def test_what_gets_faster_is_warmed_up_until_it_no_longer_does() -> None:
    endpoint = Warming(lambda before: 20_000 if before >= 20 else 60_000 - 2000 * before)
    assert warm_up(endpoint) == pytest.approx(50_000)
    assert endpoint.bursts == 64


def test_a_burst_that_the_host_slows_ends_nothing() -> None:
    slowed = count()
    endpoint = Warming(lambda before: (2 if next(slowed) % 2 else 1) * (20_000 if before >= 2 else 40_000))
    assert warm_up(endpoint) == pytest.approx(50_000)
    assert endpoint.bursts == 8


def test_what_gets_faster_for_ever_is_given_up_after_a_while() -> None:
    endpoint = Warming(lambda before: max(1000, round(200_000 * 0.9**before)))
    warm_up(endpoint)
    assert endpoint.bursts * target.WARM_BURST_SECONDS <= 2 * target.LONGEST_WARM_UP_SECONDS


def test_a_service_that_fails_is_warmed_up_no_further() -> None:
    endpoint = Warming(lambda before: 40_000 - 10_000 * before, errors=lambda before: before)
    warm_up(endpoint)
    assert endpoint.bursts == 2


def test_a_service_without_answers_has_no_rate() -> None:
    class Silent(Warming):
        def burst(self, scripts: object, turn: int, seconds: float) -> Burst:
            return Burst(seconds, errors=Counter({"timeout": 1}))

    assert warm_up(Silent(lambda _: 1)) == 0
