"""What a calibration found, in words: for the end of `make calibrate`, and for the header of every run after it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from levelground.model.folder import RESULTS

FILE = "calibration.json"
Numbers = Mapping[str, Any]


def newest(results: Path = RESULTS) -> dict[str, str] | None:
    """`when` and `words` of the newest calibration on this stand; None if there is none that found anything."""
    try:
        found = json.loads((results / "calibration" / "latest" / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    # The first calibrations did not say when they were made, and had other numbers.
    told = words(found) if "when" in found else ""
    return {"when": found["when"], "words": told} if told else None


def words(found: Numbers) -> str:
    """One line, of those parts that were made."""
    return "; ".join(sentence(part, found[part]) for part in SENTENCES if part in found)


def sentence(part: str, numbers: Numbers) -> str:
    told = SENTENCES[part](numbers)
    if not numbers.get("too_noisy"):
        return told
    return f"{told} (too noisy: {numbers['dropped_blocks']} of {numbers['blocks']} blocks dropped)"


def _generator(numbers: Numbers) -> str:
    return (
        f"generator {numbers['requests_per_second']:,.0f} requests/s, {numbers['wrk_ratio']:.2f} × wrk, "
        f"{numbers['fasthttp_ratio']:.1f} × FastHttpUser"
    )


def _twins(numbers: Numbers) -> str:
    count, bias = numbers["false_alarms"], numbers["bias_percent"]
    alarms = f"twins {count} false alarm{'s' * (count != 1)} of {numbers['comparisons']}"
    return alarms if bias is None else f"{alarms}, bias {bias:+.2f} %"


def _slowdown(numbers: Numbers) -> str:
    told = (f"{one} % in {numbers[one]['found']} of {numbers[one]['tries']}" for one in ("1", "2", "5"))
    return f"slowdown found: {', '.join(told)} tries of {numbers['2']['minutes']:.1f} min"


def _delay(numbers: Numbers) -> str:
    p50, p99 = (max((each[key] for each in numbers.values()), key=abs) for key in ("p50_error_us", "p99_error_us"))
    return f"delays off by at most {p50:+,.0f} µs (p50), {p99:+,.0f} µs (p99)"


def _stall(numbers: Numbers) -> str:
    p99 = numbers["p99"]
    return f"stall p99 {p99['measured_us'] / 1000:,.1f} ms for {p99['analytic_us'] / 1000:,.1f}"


def _slip(numbers: Numbers) -> str:
    return f"slip p99 {numbers['p99_us']:,.0f} µs at {numbers['rate_per_second']:,.0f}/s"


def _protocol(numbers: Numbers) -> str:
    usual, ours = numbers["usual_error_percent"], numbers["ours_error_percent"]
    if usual is None or ours is None:
        return "protocols: too few blocks to compare them"
    return f"one after the other errs by {usual:.1f} %, our blocks by {ours:.1f} %"


SENTENCES: dict[str, Callable[[Numbers], str]] = {
    "generator": _generator,
    "twins": _twins,
    "slowdown": _slowdown,
    "delay": _delay,
    "stall": _stall,
    "slip": _slip,
    "protocol": _protocol,
}
"""By part, in the order in which they are made and told."""
