"""The open loop against known truths: delays and a stall that a server of our own keeps to, and its own schedule.

Latencies are taken as the client has them, to the nanosecond: the histogram's buckets are not what is looked at here.
"""

import http.client
import json
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import scipy  # its parts are imported when they are first used: scipy.stats takes a second

from levelground.calibration import delays
from levelground.judging.statistics import Floats
from levelground.stand import catalog, probe
from levelground.traffic import client, scenario, schedule

SERVER = "known-delays"
SEED = 1
CONNECTIONS = 64
"""Far more than are ever busy at once under RATE."""
RATE = 250.0
DELAYS_MS = (0, 1, 5, 50)
MEAN_MS = 10
"""Of the delays that are drawn from an exponential distribution, DRAWN of them."""
DRAWN = 512
STALL_SECONDS = 2.0
STALL_RATE = 100.0
STALL_CONNECTIONS = 400
"""Twice as many as come to wait."""
STALL_PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)
SLIP_CONNECTIONS = 16
MODEST_RATE = 2000.0
TELLING = 1000
"""Gaps that a test of their distribution looks at: of a hundred thousand it would reject the grain of any clock."""
PERCENTS: Sequence[float] = np.round(100 - 100 * np.geomspace(0.99, 0.0001, 160), 4).tolist()
"""Where curves are kept for plots: denser towards the tail."""
_LEAD_SECONDS = 0.2

Found = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The numbers of a part, and beside them what its plot needs."""


def delay(seconds: float) -> Found:
    """Percentiles of latency minus those of the very delays that the server was asked for."""
    each = min(60.0, max(1.0, seconds / (len(DELAYS_MS) + 1)))
    drawn = np.random.default_rng(SEED).exponential(1000 * MEAN_MS, DRAWN).astype(int).tolist()
    cases = {**{str(ms): [1000 * ms] for ms in DELAYS_MS}, "exponential": drawn}
    address = _address()
    numbers: dict[str, Any] = {}
    with closing(client.Endpoint(address)) as endpoint:
        for number, (name, asked_us) in enumerate(cases.items()):
            scripts = asking(endpoint, asked_us, CONNECTIONS)
            endpoint.prepare(CONNECTIONS)
            released(endpoint, scripts, RATE, _LEAD_SECONDS, number)
            ask(address, "/report")
            burst, _ = released(endpoint, scripts, RATE, each, number)
            told = json.loads(ask(address, "/report"))
            numbers[name] = errors(burst.latencies_ns, told["asked_us"], told["late_us"])
    return numbers, {"rate_per_second": RATE, "seconds": each, "connections": CONNECTIONS, "mean_ms": MEAN_MS}


def errors(latencies_ns: Sequence[int], asked_us: Sequence[int], late_us: Sequence[float]) -> dict[str, float]:
    """How far measured percentiles are from those asked for, and how late the server says that it was itself."""
    measured = np.asarray(latencies_ns) / 1000
    found: dict[str, float] = {"requests": len(measured)}
    for key, percent in (("p50", 50.0), ("p99", 99.0)):
        found[f"{key}_error_us"] = percentile(measured, percent) - percentile(np.asarray(asked_us, float), percent)
        found[f"{key}_server_late_us"] = percentile(np.asarray(late_us), percent)
    return found


def stall(seconds: float) -> Found:
    """A server that stops for 2 s in an open loop: who asks in that time waits for the rest of it."""
    # Up to 16 s: the stall is then an eighth, and no percentile that is looked at lies at its edge.
    length = min(16.0, max(10.0, seconds))
    address = _address()
    measured: list[Floats] = []
    analytic: list[Floats] = []
    with closing(client.Endpoint(address)) as endpoint:
        scripts = asking(endpoint, [0], STALL_CONNECTIONS)
        endpoint.prepare(STALL_CONNECTIONS)
        base, _ = released(endpoint, scripts, STALL_RATE, 1.0, 0)
        base_us = float(np.median(base.latencies_ns)) / 1000
        for number in range(1, 1 + max(1, int(seconds / length))):
            told = ask(address, f"/stall/{int(0.4e6 * length)}/{int(1e6 * STALL_SECONDS)}")
            begin, end = map(int, told.split())
            start = time.perf_counter_ns()
            burst, due = released(endpoint, scripts, STALL_RATE, length, number)
            measured.append(np.asarray(burst.latencies_ns) / 1000)
            analytic.append(base_us + waits_us(due, begin - start, end - start))
    both = {"analytic_us": np.concatenate(analytic), "measured_us": np.concatenate(measured)}

    def at(percent: float) -> dict[str, float]:
        return {name: percentile(values, percent) for name, values in both.items()}

    numbers = {f"p{percent:g}": at(percent) for percent in STALL_PERCENTILES}
    curves = {name: _at_percents(values) for name, values in both.items()}
    about = {"seconds": length, "stall_seconds": STALL_SECONDS, "rate_per_second": STALL_RATE, "base_us": base_us}
    return numbers, {**about, "requests": len(both["measured_us"]), "percent": PERCENTS, **curves}


def waits_us(at_ns: Floats, begin_ns: int, end_ns: int) -> Floats:
    """How long those wait for the end of a stall who ask at these times."""
    inside = (begin_ns <= at_ns) & (at_ns < end_ns)
    waits: Floats = np.where(inside, end_ns - at_ns, 0) / 1000
    return waits


def slip(seconds: float) -> Found:
    """How late requests leave at half of what the generator can do, and whether they leave as a Poisson process does.

    `poisson_p_value` is of the gaps between requests as they left, `schedule_p_value` of the gaps that were meant.
    Both stand once more at MODEST_RATE, which more services can bear.
    """
    (null,) = catalog.select(catalog.read(), ["null"])
    (hello,) = scenario.select(scenario.read(), ["hello"])
    with closing(client.Endpoint(probe.resolve(probe.inside(null)))) as endpoint:
        scripts = endpoint.learn(hello.render(SEED, SLIP_CONNECTIONS))
        rates = []
        for _ in range(5):
            endpoint.prepare(SLIP_CONNECTIONS)
            burst = endpoint.burst(scripts, 0, 0.2)
            rates.append(burst.answers / burst.seconds)
        half = float(np.median(rates)) / 2
        late, left, meant = _departures(endpoint, scripts, half, seconds / 2)
        modest = _departures(endpoint, scripts, MODEST_RATE, seconds / 2)
    numbers = {**departing(late, left, meant, half), "modest": departing(*modest, MODEST_RATE)}
    curves = {
        f"{rate:,.0f}/s": {"slip_us": _at_percents(slips), "gap": _at_percents(gaps)}
        for rate, (slips, gaps, _) in ((half, (late, left, meant)), (MODEST_RATE, modest))
    }
    expected = [-math.log(1 - one / 100) for one in PERCENTS]
    return numbers, {"percent": PERCENTS, "expected_gap": expected, "rates": curves}


def _at_percents(values: Floats) -> list[float]:
    return [percentile(values, percent) for percent in PERCENTS]


def _departures(
    endpoint: client.Endpoint, scripts: Sequence[client.Script], rate: float, seconds: float
) -> tuple[Floats, Floats, Floats]:
    """How late requests left, in µs, and the gaps between them as they left and as they were meant, in means."""
    slips: list[Floats] = []
    left: list[Floats] = []
    meant: list[Floats] = []
    for number in range(max(1, int(seconds))):
        endpoint.prepare(SLIP_CONNECTIONS)
        burst, due = released(endpoint, scripts, rate, 1.0, number)
        slips.append(np.asarray(burst.slips_ns) / 1000)
        left.append(np.diff(due + burst.slips_ns) * rate / 1e9)
        meant.append(np.diff(due) * rate / 1e9)
    return np.concatenate(slips), np.concatenate(left), np.concatenate(meant)


def departing(late_us: Floats, left: Floats, meant: Floats, rate: float) -> dict[str, float]:
    """What `_departures` come to, in numbers."""
    return {
        "p50_us": percentile(late_us, 50.0),
        "p99_us": percentile(late_us, 99.0),
        "max_us": float(np.max(late_us)),
        "poisson_p_value": exponential_p_value(left),
        "schedule_p_value": exponential_p_value(meant),
        "rate_per_second": rate,
        "requests": len(late_us),
    }


def exponential_p_value(gaps: Floats) -> float:
    """Kolmogorov-Smirnov, of TELLING gaps evenly taken, in units of their mean."""
    taken = gaps[np.linspace(0, len(gaps) - 1, min(TELLING, len(gaps))).astype(int)]
    return float(scipy.stats.kstest(taken, "expon").pvalue)


def percentile(values: Floats, percent: float) -> float:
    """Nearest rank."""
    return float(np.percentile(values, percent, method="inverted_cdf"))


def asking(endpoint: client.Endpoint, asked_us: Sequence[int], connections: int) -> list[client.Script]:
    """Scripts that ask the known server for these delays, each connection for its part of them."""
    # The answer to all is the same, so one that is answered at once teaches what all look like.
    ((learned,),) = endpoint.learn([[[scenario.text("GET", "/delay/0", says="hello world")]]])
    steps = [scenario.text("GET", f"/delay/{us}", says="hello world") for us in asked_us]
    known = [replace(learned, step=step, request=step.request) for step in steps]
    each = max(1, len(known) // connections)
    return [[known[(each * connection + one) % len(known)] for one in range(each)] for connection in range(connections)]


def released(
    endpoint: client.Endpoint, scripts: Sequence[client.Script], rate: float, seconds: float, number: int
) -> tuple[client.Burst, Floats]:
    """An open loop in which nothing may fail, and when its requests were due, in ns from its beginning."""
    due = schedule.arrivals(SEED, schedule.Block(number, "", 0, ()), rate, seconds)
    burst = endpoint.release(scripts, 0, due, seconds)
    if burst.errors or burst.unanswered:
        unanswered = f"{burst.unanswered} of {len(due)} requests were not answered in time"
        raise RuntimeError(burst.example or unanswered)
    return burst, np.asarray(due, dtype=np.float64)


def ask(address: probe.Address, path: str) -> str:
    """A request on a connection of its own."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _address() -> probe.Address:
    return probe.resolve((SERVER, delays.PORT))
