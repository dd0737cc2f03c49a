"""What a calibration found, in words: for the end of `make calibrate`, and for the header of every run after it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from levelground.model.folder import RESULTS

FILE = "calibration.json"
Numbers = Mapping[str, Any]


def newest(results: Path = RESULTS) -> dict[str, str] | None:
    """`when` and `words` of what was calibrated on this stand, each part as it was found last; None: nothing was."""
    merged: dict[str, Any] = {}
    for path in sorted((results / "calibration").glob(f"20*/{FILE}"), reverse=True):
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        # The first calibrations did not say when they were made, and had other numbers.
        if "when" in found and any(part in found for part in SENTENCES):
            merged = {**found, **merged}
    return {"when": merged["when"], "words": words(merged)} if merged else None


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


def _small(numbers: Numbers) -> str:
    twin = numbers["0 again"]
    told = (f"{one} % in {numbers[one]['found']} of {numbers[one]['tries']}" for one in ("1", "2", "5"))
    return (
        f"slower by {', '.join(told)} tries of {60 * twin['minutes']:.0f} s, "
        f"false alarms {twin['found']} of {twin['tries']}"
    )


def _scale(numbers: Numbers) -> str:
    told = ((one, numbers[one]["undisturbed_error_percent"]) for one in ("1.5", "2", "5", "10"))
    return "slower " + ", ".join(f"{one} times: off by {error:+.1f} %" for one, error in told if error is not None)


def _garbage(numbers: Numbers) -> str:
    told = ((one, numbers[one]) for one in ("often", "rarely"))
    return "garbage " + ", ".join(
        f"{one} {each['truth_percent']:.1f} %: undisturbed sees {each['undisturbed_percent']:.1f} %, "
        f"as it went {each['as_it_went_percent']:.1f} %"
        for one, each in told
        if each["undisturbed_percent"] is not None and each["as_it_went_percent"] is not None
    )


def _tomorrow(numbers: Numbers) -> str:
    ours, went = numbers["undisturbed"], numbers["as_it_went"]
    return (
        f"{numbers['runs']} runs in {numbers['hours']:.1f} h: {ours['beyond']} of {ours['comparisons']} ratios beyond "
        f"their intervals, as it went {went['beyond']}"
    )


def _clock(numbers: Numbers) -> str:
    if numbers["correlation"] is None:
        return "instructions: too few services to compare with time"
    return (
        f"instructions and undisturbed time of {numbers['points']} services: correlation {numbers['correlation']:.3f}"
    )


def _delay(numbers: Numbers) -> str:
    p50, p99 = (max((each[key] for each in numbers.values()), key=abs) for key in ("p50_error_us", "p99_error_us"))
    return f"delays off by at most {p50:+,.0f} µs (p50), {p99:+,.0f} µs (p99)"


def _stall(numbers: Numbers) -> str:
    p99 = numbers["p99"]
    return f"stall p99 {p99['measured_us'] / 1000:,.1f} ms for {p99['analytic_us'] / 1000:,.1f}"


def _slip(numbers: Numbers) -> str:
    return f"slip p99 {numbers['p99_us']:,.0f} µs at {numbers['rate_per_second']:,.0f}/s"


SENTENCES: dict[str, Callable[[Numbers], str]] = {
    "generator": _generator,
    "small": _small,
    "scale": _scale,
    "garbage": _garbage,
    "delay": _delay,
    "stall": _stall,
    "slip": _slip,
    "tomorrow": _tomorrow,
    "clock": _clock,
}
"""By part, in the order in which they are made and told."""
