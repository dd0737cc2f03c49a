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


def _small(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    truths = [numbers[name]["truth_percent"] for name in details]
    axes.plot([-0.2, max(truths) + 1], [-0.2, max(truths) + 1], color=TRUTH, linewidth=1, label="truth")
    for name in details:
        truth, tries = numbers[name]["truth_percent"], details[name]["tries"]
        beside = [truth + 0.12 + 0.4 * at / max(1, len(tries)) for at in range(len(tries))]
        _errorbar(axes, beside, tries, color=FAINT, linewidth=0.6, markersize=1.5)
        if whole := numbers[name]["estimate_interval"]:
            _errorbar(axes, [truth], [whole], color=SEEN, linewidth=1.6, markersize=4)
    axes.plot([], [], "o-", color=SEEN, markersize=4, label="all blocks together")
    axes.plot([], [], "o-", color=FAINT, markersize=2, label="tries")
    axes.set(xlabel="slower by, %", ylabel="found, % more time")
    axes.legend(loc="upper left")


def _scale(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    names = [name for name in numbers if isinstance(numbers[name], Mapping) and "truth" in numbers[name]]
    for offset, key, colour, label in (
        (-0.1, "undisturbed", SEEN, "undisturbed"),
        (0.1, "as_it_went", FAINT, "as it went"),
    ):
        drawn = [(at + offset, one) for at, name in enumerate(names) if (one := numbers[name][f"{key}_error_interval"])]
        _errorbar(axes, [at for at, _ in drawn], [one for _, one in drawn], color=colour)
        axes.plot([], [], "o-", color=colour, label=label)
    axes.axhline(0, color=TRUTH, linewidth=1)
    axes.set_xticks(range(len(names)), [f"{1 / numbers[name]['truth']:.2f} ×" for name in names])
    axes.set(xlabel="slower by", ylabel="error of the ratio of speeds, %")
    axes.legend()


def _garbage(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    names = [name for name in numbers if isinstance(numbers[name], Mapping) and "undisturbed_percent" in numbers[name]]
    for offset, key, colour, label in (
        (-0.15, "truth_percent", TRUTH, "truth"),
        (0.0, "undisturbed_percent", SEEN, "undisturbed"),
        (0.15, "as_it_went_percent", FAINT, "as it went"),
    ):
        heights = [numbers[name][key] or 0.0 for name in names]
        axes.bar([at + offset for at in range(len(names))], heights, width=0.13, color=colour, label=label)
    axes.set_xticks(range(len(names)), names)
    axes.set(ylabel="share of the time, %", xlabel="garbage is collected")
    axes.legend()


def _tomorrow(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    panels = figure.subplots(1, 2, sharey=True)
    for axes, key, colour, label in zip(
        panels, ("undisturbed", "as_it_went"), (SEEN, FAINT), ("undisturbed", "as it went"), strict=True
    ):
        for row, runs in enumerate(details[key].values()):
            for at, one in enumerate(runs):
                place = row - 0.35 + 0.7 * at / max(1, len(runs))
                axes.plot([one["low"], one["high"]], [place, place], color=colour, linewidth=0.7)
                axes.plot(one["estimate"], place, ".", color=colour, markersize=2)
        axes.axvline(1, color=TRUTH, linewidth=1)
        axes.set(xlabel=f"{label}: ratio by its mean over {numbers['runs']} runs")
    names = list(details["undisturbed"])
    panels[0].set_yticks(range(len(names)), [name.removesuffix(", hello") for name in names], fontsize=7)


def _clock(figure: Figure, numbers: Numbers, details: Numbers) -> None:
    axes = figure.subplots()
    for name, one in details["points"].items():
        off = name in numbers["outliers"]
        axes.plot(one["instructions"], one["us"], "o", color=WRONG if off else SEEN, markersize=3)
        axes.annotate(name.removesuffix(", hello"), (one["instructions"], one["us"]), fontsize=6, xytext=(3, -5),
                      textcoords="offset points")  # fmt: skip
    if numbers["instructions_per_us"]:
        ends = [pick(one["instructions"] for one in details["points"].values()) for pick in (min, max)]
        axes.plot(ends, [one / numbers["instructions_per_us"] for one in ends], color=TRUTH, linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="instructions per request", ylabel="undisturbed µs per request")


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


def _errorbar(axes: Axes, at: Sequence[float], intervals: Sequence[Numbers], **style: Any) -> None:
    for place, one in zip(at, intervals, strict=True):
        axes.plot([place, place], [one["low"], one["high"]], **style)
        axes.plot(place, one["estimate"], "o", **style)


def _ms(us: Sequence[float]) -> list[float]:
    return [one / 1000 for one in us]


PLOTS: dict[str, Callable[..., None]] = {
    "small": _small,
    "scale": _scale,
    "garbage": _garbage,
    "delay": _delay,
    "stall": _stall,
    "slip": _slip,
    "tomorrow": _tomorrow,
    "clock": _clock,
}
