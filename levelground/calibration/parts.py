"""`make calibrate`: the instrument against known truths.

Each part takes its share of the time and returns what it saw under the names of calibration.json; what it saw is
printed as it is, good or bad.
"""

import gc
import math
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import Any

import msgspec
import numpy as np

from levelground.calibration import sheet, timing
from levelground.calibration.timing import Found
from levelground.judging import gates, statistics
from levelground.measuring import certificate, measurement
from levelground.measuring.plan import Plan
from levelground.measuring.target import Target
from levelground.model import record
from levelground.model.folder import RESULTS, Folder
from levelground.model.interval import Interval
from levelground.stand import catalog, host, probe
from levelground.stand.conditions import Meter
from levelground.traffic import client, scenario, schedule

CONNECTIONS = 16
SEED = 1
NULL = "null"
TWIN_BLOCKS = 20
"""Blocks of one comparison between twins."""
SLOWED = "starlette-slowed"
CONTAINERS = (SLOWED, "known-delays")
"""No part of the stand: only a calibration needs them."""
PERCENTS = ("1", "2", "5")
"""Of CPU time, by which SLOWED is slowed; "0" is what it is compared with."""
TRIES = 5
LONGEST_TRY_SECONDS = 600.0
TURN_SECONDS = 15.0
"""What a service gets when services are measured the usual way, one after the other."""
REPEATS = 5
DRAWN = 400
"""At most so many intervals are kept for a plot."""


FAILURES = (
    *(OSError, RuntimeError, HTTPException, subprocess.SubprocessError),
    *(probe.NotUp, client.WrongAnswer, measurement.NothingToMeasure),
)
"""What a part may fail of without taking the others with it."""


def run(parts: Sequence[str], minutes: float) -> int:
    """Writes results/calibration/<time>/, with results/calibration/latest pointing at it.

    calibration.json grows part by part, the page beside it comes last.
    The exit code: 1 if a part could not be made, else 0.
    """
    folder = Folder.create(RESULTS / "calibration")
    found: dict[str, Any] = {"when": record.now(), "host": host.describe(), "minutes": minutes, "details": {}}
    complete = True
    shares = sum(PARTS[part].share for part in parts)
    for part in parts:
        seconds = 60 * minutes * PARTS[part].share / shares
        print(f"calibrating: {part}, {seconds / 60:.1f} min", file=sys.stderr)
        try:
            with _undisturbed():
                numbers, details = PARTS[part].make(seconds)
        except FAILURES as error:
            print(f"levelground: {part}: {error}", file=sys.stderr)
            complete = False
            continue
        except KeyboardInterrupt:
            print(f"levelground: interrupted in {part}", file=sys.stderr)
            complete = False
            break
        found[part], found["details"][part] = msgspec.to_builtins((numbers, details))
        folder.write_json(certificate.FILE, found)
        print(certificate.sentence(part, found[part]), flush=True)
    sheet.write(folder.path, found)
    print(f"\n{folder.path}: {certificate.FILE}, {sheet.FILE}")
    return int(not complete)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No garbage collection, as in a run."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def generator(seconds: float) -> Found:
    """Our client, wrk and stock FastHttpUser, taking turns on the null service; ratios are of our rate to theirs."""
    address = probe.resolve(probe.inside(_service(NULL)))
    each = min(5.0, max(1.0, seconds / 30))
    rates: list[list[float]] = []
    end = time.monotonic() + seconds
    with closing(client.Endpoint(address)) as endpoint:
        scripts = endpoint.learn(_hello())
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
    inverse = _ratios(1 / table)
    numbers: dict[str, Any] = {"requests_per_second": float(np.exp(np.log(table[:, 0]).mean())), "turns": len(table)}
    for name, ratio in zip(rivals, inverse, strict=True):
        if name != "ours" and ratio is not None:
            numbers |= {f"{name}_ratio": ratio.estimate, f"{name}_ratio_interval": ratio}
    return numbers, {"turn_seconds": each}


def twins(seconds: float) -> Found:
    """The baseline and its twin, compared over and over: how often they seem to differ, and by how much."""
    services = _twins()
    slices: list[record.Slice] = []
    plan = Plan(
        services=services,
        scenarios=scenario.select(scenario.read(), ["hello"]),
        connections=CONNECTIONS,
        minutes=seconds / 60,
        seed=SEED,
    )
    folder = Folder.create(RESULTS / "calibration" / "runs")
    measurement.Measurement(plan, folder, after_slice=slices.append).run()
    dropped = gates.dropped(folder.read_run(), folder.read_blocks())
    rates: dict[int, dict[str, float]] = {}
    for one in slices:
        if gates.is_good(one) and one.block not in dropped:
            rates.setdefault(one.block, {})[one.service] = one.requests / one.seconds
    pairs = [[each[s.name] for s in services] for each in rates.values() if len(each) == len(services)]
    numbers, details = compare_twins(np.array(pairs).reshape(-1, len(services)), TWIN_BLOCKS)
    blocks = len({one.block for one in slices if not one.warmup})
    return {**numbers, **_settled(blocks, dropped)}, {**details, "run": folder.name}


def compare_twins(rates: statistics.Floats, blocks: int) -> Found:
    """What comparisons of so many consecutive blocks each say of two columns that are the same thing."""
    found = [ratio for part in _pieces(rates, blocks) if (ratio := _ratio(part, seed=len(part))) is not None]
    whole = _ratio(rates)
    alarms = sum(not one.low <= 1.0 <= one.high for one in found)
    numbers = {
        "comparisons": len(found),
        "false_alarms": alarms,
        "false_alarms_percent": 100 * alarms / len(found) if found else None,
        "bias_percent": 100 * (whole.estimate - 1) if whole else None,
        "bias_interval": whole,
        "half_width_percent": float(np.median([50 * (one.high - one.low) for one in found])) if found else None,
    }
    in_order = sorted(found, key=lambda one: one.estimate)
    taken = np.linspace(0, len(found) - 1, min(DRAWN, len(found))).astype(int)
    return numbers, {"intervals": [in_order[one] for one in taken]}


def slowdown(seconds: float) -> Found:
    """The same container with 0, 1, 2 and 5 % of its CPU time burned, set anew before every lead-in.

    One process for all four, because two of one image may settle 4 to 6 % apart until they are restarted: so the
    instrument alone is tested. What lies between processes is told beside it, of SLOWED at 0 % and the baseline.
    """
    baseline = _service(measurement.BASELINE)
    slowed = catalog.Service(SLOWED, "control", 0)
    names = ["0", *PERCENTS, baseline.name]
    with (
        closing(_contestant(slowed)) as own,
        closing(_contestant(baseline)) as other,
    ):
        lanes = {name: _Lane(own, partial(slow, probe.inside(slowed), name)) for name in names[:-1]}
        seen = paired({**lanes, baseline.name: _Lane(other)}, seconds)
    numbers, details = compare_slowed(seen.rates[:, : 1 + len(PERCENTS)], seen.seconds)
    for percent, change in zip(PERCENTS, _changes(1 / seen.cpu_us[:, : 1 + len(PERCENTS)]), strict=True):
        numbers[percent]["cpu_percent"] = change
    (between,) = _changes(seen.rates[:, [0, -1]])
    return {**numbers, "between_processes_percent": between, **_settled(seen.blocks, seen.dropped)}, details


def slow(address: probe.Address, percent: str) -> None:
    """Has the slowed service burn so much of its CPU time from now on."""
    connection = HTTPConnection(*address, timeout=client.TIMEOUT_SECONDS)
    try:
        connection.request("PUT", f"/slowdown/{percent}")
        told = connection.getresponse().read().decode()
        if told != f"slowed by {percent} %":
            raise RuntimeError(f"PUT /slowdown/{percent} was answered with {told[:80]!r}")
    finally:
        connection.close()


def compare_slowed(rates: statistics.Floats, seconds: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """How often the columns after the first, slowed by PERCENTS, are found to be slower than it, and by how much.

    The rows, which took so many seconds, are cut into tries of equal length; each is one comparison of two columns.
    """
    tries = max(TRIES, int(np.ceil(seconds / LONGEST_TRY_SECONDS)))
    length = max(len(rates) // tries, min(gates.FEWEST_BLOCKS, len(rates)))
    numbers: dict[str, Any] = {}
    details: dict[str, Any] = {}
    for column, percent in enumerate(PERCENTS, start=1):
        changes = [change for part in _pieces(rates, length) for change in _changes(part[:, [0, column]]) if change]
        (whole,) = _changes(rates[:, [0, column]])
        numbers[percent] = {
            "tries": len(changes),
            "found": sum(change.low > 0 for change in changes),
            "estimate_percent": whole.estimate if whole else None,
            "estimate_interval": whole,
            "minutes": seconds * length / max(1, len(rates)) / 60,
            "blocks": length,
        }
        details[percent] = {"tries": changes}
    return numbers, details


def protocol(seconds: float) -> Found:
    """Twins measured one after the other, as is usual, and in the same time in blocks of slices; the truth is 0.

    An error is the logarithm of a ratio, in percent: its spread around its own mean, because twins may truly differ,
    and around zero.
    """
    repeats = max(REPEATS, int(seconds // (4 * TURN_SECONDS)))
    turn = min(TURN_SECONDS, seconds / (4 * repeats))
    usual: list[float] = []
    ours: list[float] = []
    blocks, dropped = 0, dict[int, str]()
    first, second = (_contestant(service) for service in _twins())
    with closing(first), closing(second):
        for number in range(repeats):
            one, other = (_one_after_the_other(each, turn) for each in (first, second))
            usual.append(100 * float(np.log(other / one)))
            seen = paired({"first": _Lane(first), "second": _Lane(second)}, 2 * turn, start=number << 20)
            blocks, dropped = blocks + seen.blocks, {**dropped, **seen.dropped}
            if (ratio := _ratio(seen.rates)) is not None:
                ours.append(100 * float(np.log(ratio.estimate)))
    numbers = {**compare_protocols(usual, ours), "turn_seconds": turn, **_settled(blocks, dropped)}
    return numbers, {"usual_percent": usual, "ours_percent": ours}


def compare_protocols(usual: Sequence[float], ours: Sequence[float]) -> dict[str, Any]:
    """The spread of two series of errors; null of one of fewer than two."""
    numbers: dict[str, Any] = {"repeats": len(usual)}
    for name, errors in (("usual", usual), ("ours", ours)):
        told = len(errors) > 1
        numbers[f"{name}_error_percent"] = float(np.std(errors)) if told else None
        numbers[f"{name}_around_zero_percent"] = float(np.sqrt(np.mean(np.square(errors)))) if told else None
    both = numbers["usual_error_percent"], numbers["ours_error_percent"]
    return {**numbers, "ratio": both[0] / both[1] if all(both) else None}


@dataclass(frozen=True)
class Part:
    make: Callable[[float], Found]
    """Takes about so many seconds."""
    share: int
    """Of the time."""


PARTS: dict[str, Part] = {
    "generator": Part(generator, 1),
    "twins": Part(twins, 4),
    "slowdown": Part(slowdown, 6),
    "delay": Part(timing.delay, 1),
    "stall": Part(timing.stall, 1),
    "slip": Part(timing.slip, 1),
    "protocol": Part(protocol, 4),
}


def _contestant(service: catalog.Service) -> Target:
    """A container under the traffic of `hello`."""
    target = Target(service, probe.inside)
    target.connect()
    target.scripts["hello"] = target.endpoint.learn(_hello())
    return target


def _burst(target: Target, block: schedule.Block, seconds: float) -> client.Burst:
    burst = target.burst(block, seconds, None)
    if burst.errors:
        raise RuntimeError(f"{target.service.name} failed: {burst.example}")
    return burst


def _cpu_us(target: Target) -> float:
    """CPU time used so far; NaN if its cgroup cannot be read."""
    used = target.read()
    return used.cpu_us if used else math.nan


@dataclass(frozen=True)
class _Lane:
    """What has a slice in every block: a container, made ready for it before its lead-in."""

    target: Target
    ready: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Paired:
    """What blocks of slices came to: a row for each that was not dropped, a column for each lane."""

    rates: statistics.Floats
    cpu_us: statistics.Floats
    """Per request."""
    seconds: float
    blocks: int
    dropped: Mapping[int, str]
    """Blocks that have no row, and why."""


def paired(lanes: Mapping[str, _Lane], seconds: float, start: int = 0) -> Paired:
    """Blocks of slices as a run has them, from block `start` on."""
    targets = {lane.target.service.name: lane.target for lane in lanes.values()}
    cpus = frozenset[int]().union(*(one.cpus for one in targets.values()))
    meter = Meter(cpus, lambda: {name: used.cpu_us for name, one in targets.items() if (used := one.read())})
    measuring = len(cpus | set(host.describe()["generator_cpus"]))
    rates: dict[int, list[float]] = {}
    cpu_us: dict[int, list[float]] = {}
    conditions: list[record.Conditions] = []
    began = time.monotonic()
    for block in schedule.blocks(SEED, {"hello": list(lanes)}, start):
        if time.monotonic() >= began + seconds:
            break
        rate: dict[str, float] = {}
        cpu: dict[str, float] = {}
        for name in block.order:
            one = lanes[name].target
            lanes[name].ready()
            one.prepare(CONNECTIONS)
            _burst(one, block, measurement.LEAD_SECONDS)
            used = _cpu_us(one)
            burst = _burst(one, block, measurement.SLICE_SECONDS)
            rate[name], cpu[name] = burst.answers / burst.seconds, (_cpu_us(one) - used) / burst.answers
        gc.collect(0)
        conditions.append(meter.finish(block.number, block.scenario, 0, False, began))
        rates[block.number] = [rate[name] for name in lanes]
        cpu_us[block.number] = [cpu[name] for name in lanes]
    took = time.monotonic() - began
    dropped = gates.disturbed(conditions, measuring)
    kept = [number for number in rates if number not in dropped]
    return Paired(
        rates=_table([rates[number] for number in kept], lanes),
        cpu_us=_table([cpu_us[number] for number in kept], lanes),
        seconds=took,
        blocks=len(rates),
        dropped=dropped,
    )


def _settled(blocks: int, dropped: Mapping[int, str]) -> dict[str, Any]:
    return {
        "blocks": blocks,
        "dropped_blocks": len(dropped),
        "dropped": dict(Counter(dropped.values())),
        "too_noisy": gates.is_too_noisy(blocks, len(dropped)),
    }


def _one_after_the_other(one: Target, seconds: float) -> float:
    one.prepare(CONNECTIONS)
    burst = _burst(one, schedule.Block(0, "hello", 0, ()), seconds)
    return burst.answers / burst.seconds


def _table(rows: Sequence[Sequence[float]], lanes: Mapping[str, _Lane]) -> statistics.Floats:
    return np.array(rows, dtype=np.float64).reshape(-1, len(lanes))


def _pieces(table: statistics.Floats, rows: int) -> list[statistics.Floats]:
    """Runs of so many rows; what is left over at the end belongs to none."""
    return [table[start : start + rows] for start in range(0, len(table) - rows + 1, rows)] if rows else []


def _ratios(table: statistics.Floats, seed: int = SEED) -> list[Interval | None]:
    """Of each column to the first."""
    return statistics.ratios(table, 0, np.zeros(len(table), dtype=np.int64), seed)


def _ratio(table: statistics.Floats, seed: int = SEED) -> Interval | None:
    """Of the second column to the first."""
    return _ratios(table, seed)[1]


def _changes(rates: statistics.Floats) -> list[Interval | None]:
    """By how many percent more time each column takes than the first, each with an interval of its own."""
    ratios = (_ratio(1 / rates[:, [0, column]]) for column in range(1, rates.shape[1]))
    return [one and Interval(*(100 * (x - 1) for x in (one.estimate, one.low, one.high))) for one in ratios]


def _hello() -> Sequence[Sequence[scenario.Transaction]]:
    (hello,) = scenario.select(scenario.read(), ["hello"])
    return hello.render(SEED, CONNECTIONS)


def _twins() -> tuple[catalog.Service, ...]:
    """The baseline and its twin."""
    wanted = measurement.BASELINE
    return tuple(s for s in catalog.read() if s.name == wanted or s.twin_of == wanted)


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


def _service(name: str) -> catalog.Service:
    return catalog.select(catalog.read(), [name])[0]
