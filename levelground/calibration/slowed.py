"""A service with known extra work: whether the instrument finds it, and reads it right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from levelground.calibration import lanes
from levelground.calibration.lanes import Seen
from levelground.calibration.timing import Found
from levelground.judging import gates, statistics
from levelground.judging.undisturbed import LOWEST
from levelground.model.interval import Interval

PERCENTS = ("1", "2", "5")
"""By which the service is slowed, about: how much it was is told."""
FACTORS = ("1.5", "2", "5", "10")
TRY_SECONDS = 10.0
FEWEST_TRIES = 5
ROUGH_SECONDS = 5.0
"""For a first look at what an answer and a turn of the loop cost, to choose how many turns."""
TIMED_TURNS, TIMES = 10_000, 20
GARBAGE = {"often": (16, 100), "rarely": (1024, 6400)}
"""Every so many requests, so many pieces: on the average the same. Rare is once in 64 turns of all connections."""
SECOND_ZERO = "0 again"


def small(seconds: float) -> Found:
    """The same container slowed by 1, 2 and 5 %, and twice not at all, in tries of TRY_SECONDS."""
    turns = _turns_for({percent: float(percent) / 100 for percent in PERCENTS})
    states = {"0": "/work/0", SECOND_ZERO: "/work/0", **{name: f"/work/{number}" for name, number in turns.items()}}
    seen = lanes.measure(states, seconds)
    return judge_small(seen, {name: _added(number, seen) for name, number in turns.items()})


def judge_small(seen: Seen, added: Mapping[str, float]) -> Found:
    """How often each lane is told apart from "0", which takes a known share less time, and how far it seems to be."""
    numbers: dict[str, Any] = {}
    details: dict[str, Any] = {}
    rows = len(seen.pieces)
    tries = max(FEWEST_TRIES, int(seen.seconds // TRY_SECONDS))
    length = max(rows // tries, min(gates.FEWEST_BLOCKS, rows)) or 1
    for name, share in {SECOND_ZERO: 0.0, **added}.items():
        parts = [slice(start, start + length) for start in range(0, rows - length + 1, length)]
        changes = [change for part in parts if (change := _slower(seen.speed(name, "0", part)))]
        went = [change for part in parts if (change := _slower(_as_it_went(seen, name, part)))]
        whole = _slower(seen.speed(name, "0"))
        numbers[name] = {
            "truth_percent": 100 * share,
            "tries": len(changes),
            "found": sum(one.low > 0 or (share == 0 and one.high < 0) for one in changes),
            "found_as_it_went": sum(one.low > 0 or (share == 0 and one.high < 0) for one in went),
            "half_width_percent": _half_width(changes),
            "half_width_as_it_went_percent": _half_width(went),
            "estimate_percent": whole.estimate if whole else None,
            "estimate_interval": whole,
            "minutes": seen.seconds * length / max(1, rows) / 60,
        }
        details[name] = {"tries": changes}
    return {**numbers, **_settled(seen)}, details


def scale(seconds: float) -> Found:
    """The same container slowed by factors: whether slow services are read as slow as they are."""
    turns = _turns_for({factor: float(factor) - 1 for factor in FACTORS})
    states = {"0": "/work/0", **{name: f"/work/{number}" for name, number in turns.items()}}
    seen = lanes.measure(states, seconds)
    return judge_scale(seen, {name: _added(number, seen) for name, number in turns.items()})


def judge_scale(seen: Seen, added: Mapping[str, float]) -> Found:
    """Undisturbed and as-it-went speed of each lane, by what they truly are."""
    numbers: dict[str, Any] = {}
    for name, share in added.items():
        truth = 1 / (1 + share)
        numbers[name] = {"truth": truth}
        for key, ratio in (
            ("undisturbed", seen.speed(name, "0")),
            ("as_it_went", _as_it_went(seen, name, slice(None))),
        ):
            error = ratio and Interval(*(100 * (one / truth - 1) for one in (ratio.estimate, ratio.low, ratio.high)))
            numbers[name] |= {f"{key}_error_percent": error.estimate if error else None, f"{key}_error_interval": error}
    return {**numbers, **_settled(seen)}, {}


def garbage(seconds: float) -> Found:
    """The same container with a known share of its time spent on garbage, often or rarely: how much of it is seen."""
    states = {"0": "/work/0", **{name: f"/garbage/{every}/{pieces}" for name, (every, pieces) in GARBAGE.items()}}
    return judge_garbage(lanes.measure(states, seconds))


def judge_garbage(seen: Seen) -> Found:
    """The share of each lane's time that garbage takes, and that each measure sees."""
    numbers: dict[str, Any] = {}
    for name in GARBAGE:
        numbers[name] = {"truth_percent": 100 * seen.garbage_share[name]}
        measures = {"undisturbed": seen.speed(name, "0"), "as_it_went": _as_it_went(seen, name, slice(None))}
        for key, ratio in measures.items():
            share = ratio and Interval(*(100 * (1 - one) for one in (ratio.estimate, ratio.high, ratio.low)))
            numbers[name] |= {f"{key}_percent": share.estimate if share else None, f"{key}_interval": share}
    return {**numbers, **_settled(seen)}, {}


def _turns_for(shares: Mapping[str, float]) -> dict[str, int]:
    """How many turns of the loop take about such shares of an answer's time."""
    cost = lanes.measure({"0": "/work/0"}, ROUGH_SECONDS).cost("0")
    if cost is None:
        raise RuntimeError("the host had no undisturbed moment to see what an answer costs")
    return {name: round(share * cost.estimate / _turn_us()) for name, share in shares.items()}


def _added(turns: int, seen: Seen) -> float:
    """What so many turns take, by what an answer takes without them."""
    cost = seen.cost("0")
    if cost is None:
        raise RuntimeError("the host had no undisturbed moment to see what an answer costs")
    return turns * _turn_us() / cost.estimate


def _turn_us() -> float:
    """What a turn of the loop takes, undisturbed: as the container itself times it."""
    times = np.sort(np.concatenate([lanes.ask("GET", f"/turns/{TIMED_TURNS}") for _ in range(TIMES)]))
    return float(times[: max(1, int(LOWEST * len(times)))].mean()) / TIMED_TURNS / 1000


def _as_it_went(seen: Seen, name: str, blocks: slice) -> Interval | None:
    table = np.column_stack([seen.rates["0"][blocks], seen.rates[name][blocks]])
    return statistics.ratios(table, 0, np.zeros(len(table), dtype=np.int64), lanes.SEED)[1]


def _slower(speed: Interval | None) -> Interval | None:
    """By how many percent more time it takes, from a ratio of speeds."""
    return speed and Interval(*(100 * (1 / one - 1) for one in (speed.estimate, speed.high, speed.low)))


def _half_width(changes: Sequence[Interval]) -> float | None:
    return float(np.median([(one.high - one.low) / 2 for one in changes])) if changes else None


def _settled(seen: Seen) -> dict[str, Any]:
    return {
        "blocks": seen.blocks,
        "dropped_blocks": len(seen.dropped),
        "dropped": dict(Counter(seen.dropped.values())),
        "too_noisy": gates.is_too_noisy(seen.blocks, len(seen.dropped)),
    }
