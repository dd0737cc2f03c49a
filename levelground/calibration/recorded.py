"""What runs on record say of the instrument: whether they agree, and whether time agrees with counted instructions."""

import math
from collections.abc import Mapping
from datetime import datetime
from itertools import combinations
from typing import Any

import msgspec
import numpy as np

from levelground.calibration.timing import Found
from levelground.judging import comparison, summary
from levelground.judging.summary import Summary
from levelground.model import folder, record
from levelground.model.folder import RESULTS, Folder
from levelground.model.record import Run

MEASURES = {"undisturbed": "undisturbed_ratio", "as_it_went": "throughput_ratio"}
FEWEST_RUNS = 2
OUTLIER = 0.15
"""So far off the line of all the others (0.15: 15 %), a service's time is worth an explanation."""


class TooFewRuns(RuntimeError):
    """There is nothing on record to compare; the message says what to run."""


def tomorrow(_: float) -> Found:
    """All runs like the newest one: how many of their ratios differ by more than their intervals allow."""
    runs = [run for run in folder.runs(RESULTS) if run.load == "closed" and run.minutes and run.ended == "time"]
    alike = [run for run in runs if _what(run) == _what(runs[-1])] if runs else []
    if len(alike) < FEWEST_RUNS:
        raise TooFewRuns("needs two runs of the same services and scenarios: make bench, and an hour later again")
    judged = [_judge(run) for run in alike]
    return judge_tomorrow(judged)


def judge_tomorrow(runs: list[Summary]) -> Found:
    """Of each measure: comparisons, those beyond their intervals, and how far runs are apart."""
    when = sorted(datetime.fromisoformat(run.context["started"]) for run in runs)
    numbers: dict[str, Any] = {"runs": len(runs), "hours": (when[-1] - when[0]).total_seconds() / 3600}
    details: dict[str, Any] = {"runs": [run.run for run in runs]}
    for name, measure in MEASURES.items():
        found = [change for pair in combinations(runs, 2) for change in comparison.changes(*pair, measure)]
        beyond = sum(one.beyond for one in found)
        numbers[name] = {
            "comparisons": len(found),
            "beyond": beyond,
            "beyond_percent": 100 * beyond / len(found) if found else None,
            "median_difference_percent": 100 * float(np.median([abs(one.difference) for one in found]))
            if found
            else None,
            "largest_difference_percent": 100 * max((abs(one.difference) for one in found), default=math.nan)
            if found
            else None,
        }
        details[name] = _by_service(runs, measure)
    return numbers, details


def _by_service(runs: list[Summary], measure: str) -> dict[str, list[Any]]:
    """The ratio of each service, run by run, by the geometric mean of all runs."""
    found: dict[str, list[Any]] = {}
    for run in runs:
        for scenario, table in run.scenarios.items():
            for service, cell in table.services.items():
                ratio = getattr(cell, measure)
                if service != table.baseline and cell.valid and ratio:
                    found.setdefault(f"{service}, {scenario}", []).append(ratio)
    for ratios in found.values():
        mean = math.exp(sum(math.log(one.estimate) for one in ratios) / len(ratios))
        ratios[:] = [{key: value / mean for key, value in msgspec.to_builtins(one).items()} for one in ratios]
    return found


def clock(_: float) -> Found:
    """Counted instructions beside the undisturbed time of the newest run that has both."""
    for run in reversed(folder.runs(RESULTS)):
        if run.load == "closed" and any(len(of_services) > 2 for of_services in run.instructions.values()):
            judged = _judge(run)
            if any(table.services for table in judged.scenarios.values()):
                return judge_clock(judged, run.instructions)
    raise TooFewRuns("needs a run after a count of the same images: make count, then make bench")


def judge_clock(judged: Summary, counted: Mapping[str, Mapping[str, record.Instructions]]) -> Found:
    """The line through time over instructions, in logarithms, by medians; who is far off it."""
    points: dict[str, dict[str, float]] = {}
    for scenario, table in judged.scenarios.items():
        for service, cell in table.services.items():
            number = counted.get(scenario, {}).get(service)
            if number and cell.undisturbed_us_per_request:
                us, instructions = cell.undisturbed_us_per_request.estimate, number.estimate
                points[f"{service}, {scenario}"] = {"us": us, "instructions": instructions}
    rate = float(np.median([one["instructions"] / one["us"] for one in points.values()])) if points else math.nan
    logs = {name: math.log(one["us"] * rate / one["instructions"]) for name, one in points.items()}
    numbers = {
        "run": judged.run,
        "points": len(points),
        "instructions_per_us": rate if points else None,
        "correlation": _correlation(points),
        "outliers": {name: 100 * math.expm1(log) for name, log in logs.items() if abs(log) > OUTLIER},
    }
    return numbers, {"points": points}


def _correlation(points: Mapping[str, Mapping[str, float]]) -> float | None:
    if len(points) < 3:
        return None
    us, instructions = (np.log([one[key] for one in points.values()]) for key in ("us", "instructions"))
    return float(np.corrcoef(us, instructions)[0, 1])


def _judge(run: Run) -> Summary:
    return summary.of(run, *Folder.of(run, RESULTS).read_all())


def _what(run: Run) -> tuple[Any, ...]:
    """What was measured: runs that agree in this are runs of the same thing."""
    images = ((run.host.get("engine") or {}).get("images") or {}).items()
    asked = (run.connections, run.minutes, run.rounds, run.service_lead_seconds, run.lead_seconds)
    return (
        *(sorted(run.scenarios.items()), sorted(run.services)),
        *(sorted(pair for pair in images if pair[0] in run.services), str(asked)),
    )
