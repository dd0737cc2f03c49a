"""The plots of a calibration: from the contents of calibration.json to SVG text, the same for the same contents."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Numbers = Mapping[str, Any]

INCHES = (7.0, 3.2)
TRUTH, SEEN, WRONG, FAINT = "#57606a", "#0969da", "#cf222e", "#8c959f"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the reader's own font
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": TRUTH,
    "axes.grid": True,
    "grid.color": "#d8dee4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}


def draw(found: Numbers) -> dict[str, str]:
    """An SVG for every part that there is a plot of and that was made."""
    return {
        part: svg(part, partial(PLOTS[part], numbers=found[part], details=found["details"][part]))
        for part in PLOTS
        if part in found
    }


def svg(name: str, fill: Callable[[Figure], None]) -> str:
    """What `fill` draws. Its marks have ids from the name, so that several plots can be in one page."""
    text = StringIO()
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=INCHES, layout="constrained")
        fill(figure)
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    return re.sub(r' id="[\w.]+_\d+"', "", drawn[drawn.index("<svg") :])


def _twins(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    for at, one in enumerate(details["intervals"]):
        colour = SEEN if one["low"] <= 1 <= one["high"] else WRONG
        axes.plot([at, at], [one["low"], one["high"]], color=colour, linewidth=1)
        axes.plot(at, one["estimate"], ".", color=colour, markersize=2)
    axes.axhline(1, color=TRUTH, linewidth=1)
    axes.set(
        ylabel="ratio of twins",
        xlabel=f"comparisons in the order of their estimates; red: {numbers['false_alarms']} of "
        f"{numbers['comparisons']} whose interval leaves out 1",
    )
    axes.set_xticks([])


def _slowdown(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    truths = [float(percent) for percent in numbers if percent.isdecimal()]
    most = max(truths) + 1
    axes.plot([0, most], [0, most], color=TRUTH, linewidth=1, label="truth")
    for percent in (percent for percent in numbers if percent.isdecimal()):
        tries = details[percent]["tries"]
        beside = [float(percent) + 0.15 + 0.25 * at / max(1, len(tries)) for at in range(len(tries))]
        _errorbar(axes, beside, tries, color=FAINT, linewidth=0.8, markersize=2)
        if whole := numbers[percent]["estimate_interval"]:
            _errorbar(axes, [float(percent)], [whole], color=SEEN, linewidth=1.6, markersize=4)
    axes.plot([], [], "o-", color=SEEN, markersize=4, label="all blocks together")
    axes.plot([], [], "o-", color=FAINT, markersize=2, label="tries")
    axes.set(xlabel="slowed by, % of CPU time", ylabel="found, % more time")
    axes.legend(loc="upper left")


def _delay(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    places = range(len(numbers))
    for offset, key, shape in ((-0.1, "p50", "o"), (0.1, "p99", "^")):
        at = [place + offset for place in places]
        server = [each[f"{key}_server_late_us"] for each in numbers.values()]
        errors = [each[f"{key}_error_us"] for each in numbers.values()]
        axes.plot(at, errors, shape, color=SEEN, label=f"{key}: measured minus known")
        axes.plot(at, server, shape, color=TRUTH, fillstyle="none", label=f"{key}: the server's own lateness")
    axes.axhline(0, color=TRUTH, linewidth=1)
    axes.set_xticks(places, [f"{name} ms" if name.isdecimal() else name for name in numbers])
    axes.set(xlabel="known delay", ylabel="error, µs")
    axes.legend(ncols=2, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1))


def _stall(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    above = [1 - percent / 100 for percent in details["percent"]]
    axes.plot(_ms(details["analytic_us"]), above, color=TRUTH, linewidth=1.5, label="analytic")
    axes.plot(_ms(details["measured_us"]), above, ".", color=SEEN, markersize=4, label="measured")
    axes.set(xscale="log", yscale="log", xlabel="latency, ms", ylabel="share of requests above it")
    axes.set_ylim(bottom=0.5 / details["requests"])
    axes.legend(loc="lower left")


def _slip(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    late, gaps = figure.subplots(1, 2)
    above = [1 - percent / 100 for percent in details["percent"]]
    expected = details["expected_gap"]
    gaps.plot([0, max(expected)], [0, max(expected)], color=TRUTH, linewidth=1)
    for colour, (rate, curves) in zip((SEEN, WRONG), details["rates"].items(), strict=True):
        late.plot([max(0.1, us) for us in curves["slip_us"]], above, color=colour, label=rate)
        gaps.plot(expected, curves["gap"], ".", color=colour, markersize=3)
    late.set(xscale="log", yscale="log", xlabel="slip, µs", ylabel="share of requests later than that")
    late.legend(loc="lower left")
    gaps.set(xlabel="gap of a Poisson process, in means", ylabel="gap between requests sent")


def _protocol(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    for row, key in enumerate(("ours_percent", "usual_percent")):
        axes.plot(details[key], [row] * len(details[key]), "o", color=SEEN, alpha=0.6)
    axes.axvline(0, color=TRUTH, linewidth=1)
    axes.set_yticks([0, 1], ["blocks of slices", f"one after the other,\n{numbers['turn_seconds']:.1f} s each"])
    axes.set(xlabel="error of the ratio of twins, %", ylim=(-0.6, 1.6))


def _errorbar(axes: Axes, at: Sequence[float], intervals: Sequence[Numbers], **style: Any) -> None:
    for place, one in zip(at, intervals, strict=True):
        axes.plot([place, place], [one["low"], one["high"]], **style)
        axes.plot(place, one["estimate"], "o", **style)


def _ms(us: Sequence[float]) -> list[float]:
    return [one / 1000 for one in us]


PLOTS: dict[str, Callable[..., None]] = {
    "twins": _twins,
    "slowdown": _slowdown,
    "delay": _delay,
    "stall": _stall,
    "slip": _slip,
    "protocol": _protocol,
}
