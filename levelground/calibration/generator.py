"""The generator beside wrk and stock Locust, all on the null service."""

import re
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from levelground.calibration.timing import Found
from levelground.judging import statistics
from levelground.stand import catalog, probe
from levelground.traffic import client, scenario

CONNECTIONS = 16
SEED = 1


def generator(seconds: float) -> Found:
    """Our client, wrk and stock FastHttpUser, taking turns on the null service; ratios are of our rate to theirs."""
    (null,) = catalog.select(catalog.read(), ["null"])
    address = probe.resolve(probe.inside(null))
    (hello,) = scenario.select(scenario.read(), ["hello"])
    each = min(5.0, max(1.0, seconds / 30))
    rates: list[list[float]] = []
    end = time.monotonic() + seconds
    with closing(client.Endpoint(address)) as endpoint:
        scripts = endpoint.learn(hello.render(SEED, CONNECTIONS))
        rivals: dict[str, Callable[[], float]] = {
            "ours": lambda: _ours(endpoint, scripts, each),
            "wrk": lambda: _wrk(address, each),
            "fasthttp": lambda: _fasthttp(address, each),
        }
        while time.monotonic() < end or len(rates) < 2:
            order = np.random.default_rng(len(rates)).permutation(list(rivals)).tolist()
            turn = {name: rivals[name]() for name in order}
            rates.append([turn[name] for name in rivals])
    table = np.array(rates)
    inverse = statistics.ratios(1 / table, 0, np.zeros(len(table), dtype=np.int64), SEED)
    numbers: dict[str, Any] = {"requests_per_second": float(np.exp(np.log(table[:, 0]).mean())), "turns": len(table)}
    for name, ratio in zip(rivals, inverse, strict=True):
        if name != "ours" and ratio is not None:
            numbers |= {f"{name}_ratio": ratio.estimate, f"{name}_ratio_interval": ratio}
    return numbers, {"turn_seconds": each}


def _ours(endpoint: client.Endpoint, scripts: Sequence[client.Script], seconds: float) -> float:
    endpoint.prepare(CONNECTIONS)
    burst = endpoint.burst(scripts, 0, seconds)
    if burst.errors:
        raise RuntimeError(f"the null service failed: {burst.example}")
    return burst.answers / burst.seconds


def _wrk(address: probe.Address, seconds: float) -> float:
    output = _output("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "http://{}:{}/".format(*address))
    return float(_found(r"Requests/sec:\s+([\d.]+)", output))


def _fasthttp(address: probe.Address, seconds: float) -> float:
    site = "http://{}:{}".format(*address)
    words = ("locust", "-f", "locustfiles/stock.py", "--headless", "--only-summary", "-H", site)
    output = _output(*words, "-u", str(CONNECTIONS), "-r", "1000", "-t", f"{1 + seconds:.0f}s")
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
