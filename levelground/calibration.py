"""`make calibrate`: the instrument against known truths.

Each part takes its share of the time and returns what it saw under the names of calibration.json; what it saw is
printed as it is, good or bad.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from levelground import catalog, client, gates, measurement, probe, record, scenario, statistics
from levelground.statistics import Interval

CONNECTIONS = 16
NULL = "null"
TWIN_BLOCKS = 40
"""Blocks of one comparison between twins."""


def run(parts: Sequence[str], minutes: float) -> int:
    """Writes results/calibration/<time>/calibration.json and results/calibration/latest; the exit code is 0."""
    folder = record.Folder.create(record.RESULTS / "calibration")
    seen: dict[str, Any] = {}
    with record.alone():
        for part in parts:
            print(f"calibrating: {part}, {minutes / len(parts):.1f} min", file=sys.stderr)
            seen[part] = PARTS[part](60 * minutes / len(parts))
            folder.write_json("calibration.json", seen)
            print(f"{part}: " + ", ".join(f"{name} {_text(value)}" for name, value in seen[part].items()))
    print(f"\n{folder.path}/calibration.json")
    return 0


def generator(seconds: float) -> Mapping[str, Any]:
    """Our client, wrk and stock FastHttpUser, taking turns on the null service; ratios are of our rate to theirs."""
    address = probe.resolve(probe.inside(_service(NULL)))
    (hello,) = scenario.select(scenario.read(), ["hello"])
    endpoint = client.Endpoint(address)
    scripts = endpoint.learn(hello.render(1, CONNECTIONS))
    rivals: dict[str, Callable[[], float]] = {
        "ours": lambda: _ours(endpoint, scripts),
        "wrk": lambda: _wrk(address),
        "fasthttp": lambda: _fasthttp(address),
    }
    rates: list[list[float]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(rates) < 3:
        order = np.random.default_rng(len(rates)).permutation(list(rivals)).tolist()
        turn = {name: rivals[name]() for name in order}
        rates.append([turn[name] for name in rivals])
    endpoint.close()
    table = np.array(rates)
    rounds = np.zeros(len(table), dtype=np.int64)
    inverse = statistics.ratios(1 / table, 0, rounds, seed=1)
    return {
        "requests_per_second": float(np.exp(np.log(table[:, 0]).mean())),
        "wrk_ratio": inverse[1],
        "fasthttp_ratio": inverse[2],
        "turns": len(table),
    }


def twins(seconds: float) -> Mapping[str, Any]:
    """The reference and its twin, compared over and over: how often they seem to differ, and by how much."""
    services = [s for s in catalog.read() if s.name == measurement.REFERENCE or s.twin_of == measurement.REFERENCE]
    slices: list[record.Slice] = []
    plan = measurement.Plan(
        services=tuple(services),
        scenarios=scenario.select(scenario.read(), ["hello"]),
        connections=CONNECTIONS,
        minutes=seconds / 60,
        seed=1,
    )
    folder = record.Folder.create(record.RESULTS / "calibration" / "runs")
    measurement.Measurement(plan, folder, give_way=lambda: None, watch=lambda _, one: slices.append(one)).run()
    rates: dict[int, dict[str, float]] = {}
    for one in slices:
        if gates.is_good(one):
            rates.setdefault(one.block, {})[one.service] = one.requests / one.seconds
    pairs = np.array([[each[s.name] for s in services] for each in rates.values() if len(each) == len(services)])
    return compare_twins(pairs, TWIN_BLOCKS)


def compare_twins(rates: statistics.Floats, blocks: int) -> Mapping[str, Any]:
    """What comparisons of so many consecutive blocks each say of two columns that are the same thing."""
    found: list[Interval] = []
    for start in range(0, len(rates) - blocks + 1, blocks):
        part = rates[start : start + blocks]
        interval = statistics.ratios(part, 0, np.zeros(blocks, dtype=np.int64), seed=start)[1]
        if interval is not None:
            found.append(interval)
    whole = statistics.ratios(rates, 0, np.zeros(len(rates), dtype=np.int64), seed=1)[1] if len(rates) else None
    alarms = sum(not one.low <= 1.0 <= one.high for one in found)
    return {
        "comparisons": len(found),
        "false_alarms": alarms,
        "false_alarms_percent": 100 * alarms / len(found) if found else None,
        "bias_percent": 100 * (whole.estimate - 1) if whole else None,
        "bias_interval": whole,
        "half_width_percent": float(np.median([50 * (one.high - one.low) for one in found])) if found else None,
    }


PARTS: dict[str, Callable[[float], Mapping[str, Any]]] = {"generator": generator, "twins": twins}


def _ours(endpoint: client.Endpoint, scripts: Sequence[client.Script]) -> float:
    endpoint.prepare(CONNECTIONS)
    burst = endpoint.burst(scripts, 0, 2.0)
    if burst.errors:
        raise RuntimeError(f"the null service failed: {burst.example}")
    return len(burst.latencies_ns) / burst.seconds


def _wrk(address: probe.Address) -> float:
    output = _output("wrk", "-t1", f"-c{CONNECTIONS}", "-d2s", "http://{}:{}/".format(*address))
    return float(_found(r"Requests/sec:\s+([\d.]+)", output))


def _fasthttp(address: probe.Address) -> float:
    host = "http://{}:{}".format(*address)
    words = ("locust", "-f", "locustfiles/stock.py", "--headless", "--only-summary", "-H", host)
    output = _output(*words, "-u", str(CONNECTIONS), "-r", "1000", "-t", "5s")
    if int(_found(r"failures: (\d+)", output)):
        raise RuntimeError(f"FastHttpUser saw failures: {output}")
    return float(_found(r"requests/s: ([\d.]+)", output))


def _output(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"no {pattern!r} in: {text[-500:]}")
    return match[1]


def _service(name: str) -> catalog.Service:
    return catalog.select(catalog.read(), [name])[0]


def _text(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
