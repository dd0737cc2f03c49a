"""The plots of a report as Vega-Lite specifications: pure functions of numbers.

Every specification has two parameters that the page sets: `coloured`, the services that have their colours now, and
`grey`, what the others are drawn in. Widths are the page's.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt

from levelground.showing import palette
from levelground.showing.palette import Look

Spec = dict[str, Any]
VERSION = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
"""Of Vega-Lite."""

_ROW = 26
"""Pixels for each service."""
_NARROW = 3.0
"""Axes whose ends are nearer to each other than by this factor are linear, else logarithmic."""
_SHOWN = "indexof(coloured, datum.service) >= 0"
_FINE = [mantissa * 10.0**exponent for exponent in range(-4, 9) for mantissa in (1, 1.5, 2, 3, 5, 7)]
_TICKS = [mantissa * 10.0**exponent for exponent in range(-4, 9) for mantissa in (1, 2, 5)]


@dataclass(frozen=True)
class Dot:
    """A value of one service, with its interval if it has one."""

    service: str
    kind: str
    value: float
    low: float | None = None
    high: float | None = None
    letter: str = ""
    text: str = ""
    """What the value's tooltip says."""


@dataclass(frozen=True)
class Point:
    """A service between two axes, with the interval on each."""

    service: str
    x: float
    x_low: float
    x_high: float
    y: float
    y_low: float
    y_high: float
    text: str = ""


@dataclass(frozen=True)
class Step:
    """A point of a service's line."""

    service: str
    x: float
    y: float
    is_marked: bool = False
    """Whether it has a symbol; the others only bend the line."""
    text: str = ""


def dots(
    values: Sequence[Dot],
    looks: Mapping[str, Look],
    *,
    title: str,
    description: str,
    strong: Sequence[str] = (),
    line: float | None = None,
    band: tuple[float, float] | None = None,
) -> Spec:
    """A row for each service, in the order of the values; kinds are filled, hollow and small, one below the other.

    `strong` are the services whose names are bold. `line` is where the baseline stands, `band` how far its twin's
    interval reaches.
    """
    services = list(dict.fromkeys(one.service for one in values))
    kinds = list(dict.fromkeys(one.kind for one in values))
    ends = [end for one in values for end in (one.value, one.low, one.high) if end is not None]
    scale, ticks = _scale([*ends, *([line] if line is not None else [])])
    x = alt.X("value:Q", title=title, scale=scale, axis=alt.Axis(values=ticks, grid=True, labelOverlap=True))
    y = alt.Y(
        "service:N",
        sort=services,
        title=None,
        axis=_names(strong),
    )
    chart = alt.Chart(_data([asdict(one) | _look(looks[one.service]) for one in values])).transform_calculate(
        shown=f"{_SHOWN} ? datum.colour : grey"
    )
    colour = alt.Color("shown:N", scale=None, legend=None)
    layers: list[Any] = []
    if band:
        edges = alt.Chart(_data([{"low": band[0], "high": band[1]}]))
        layers.append(edges.mark_rect(opacity=0.13, color="gray").encode(alt.X("low:Q", scale=scale), alt.X2("high:Q")))
    if line is not None:
        at = alt.Chart(_data([{"value": line}]))
        layers.append(at.mark_rule(strokeDash=[4, 3], opacity=0.8, color="gray").encode(x))
    for number, kind in enumerate(kinds):
        own = chart.transform_filter(f"datum.kind === {json.dumps(kind)}")
        offset = _offset(number, len(kinds))
        layers.append(
            own.transform_filter("isValid(datum.low)")
            .mark_rule(strokeWidth=1.5 if number else 2.5, opacity=0.55 if number else 0.9, yOffset=offset)
            .encode(alt.X("low:Q", title=title, scale=scale), alt.X2("high:Q"), y, color=colour)
        )
        shape = alt.Shape("shape:N", scale=None, legend=None)
        tooltip = [alt.Tooltip("service:N"), alt.Tooltip("text:N", title=kind)]
        mark = own.mark_point(
            size=75 if number == 0 else 40, filled=number == 0, opacity=1, strokeWidth=1.5, yOffset=offset
        )
        layers.append(mark.encode(x, y, color=colour, shape=shape, tooltip=tooltip))
    if any(one.letter for one in values):
        first = chart.transform_filter(f"datum.kind === {json.dumps(kinds[0])}")
        layers.append(
            first.mark_text(align="left", dx=8, fontWeight="bold").encode(
                y, x=alt.value(alt.expr("width")), text="letter:N", tooltip=["service:N", "letter:N"]
            )
        )
    return _finish(alt.layer(*layers), height=max(2, len(services)) * _ROW, description=description)


def following(services: int, *, strong: Sequence[str], description: str) -> Spec:
    """Rows of dots that the page fills, again and again while a run goes on.

    Data: `rows` (service, order, value, low, high, letter, text, colour, shape), `lines` (value, label) and `band`
    (low, high). Parameters beside those of every plot: `low`, `high` and `ticks` of the axis.
    """

    def of(name: str) -> alt.Chart:
        return alt.Chart(alt.NamedData(name=name))

    scale = alt.Scale(type="log", nice=False, clamp=True, domain=[alt.ExprRef("low"), alt.ExprRef("high")])
    axis = alt.Axis(values=alt.ExprRef("ticks"), grid=True, labelOverlap=True, format="~g", title=None)
    x = alt.X("value:Q", scale=scale, axis=axis)
    y = alt.Y(
        "service:N",
        sort=alt.EncodingSortField(field="order", op="min", order="ascending"),
        title=None,
        axis=_names(strong),
    )
    chart = of("rows").transform_calculate(shown=f"{_SHOWN} ? datum.colour : grey")
    colour = alt.Color("shown:N", scale=None, legend=None)
    tooltip = [alt.Tooltip("service:N"), alt.Tooltip("text:N", title="95 %")]
    layers = [
        of("band").mark_rect(opacity=0.13, color="gray").encode(alt.X("low:Q", scale=scale), alt.X2("high:Q")),
        of("lines").mark_rule(strokeDash=[4, 3], opacity=0.8, color="gray").encode(x, tooltip=["label:N"]),
        chart.mark_rule(strokeWidth=2.5, opacity=0.9).encode(
            alt.X("low:Q", scale=scale), alt.X2("high:Q"), y, color=colour
        ),
        chart.mark_point(size=85, filled=True, opacity=1, cursor="pointer").encode(
            x, y, color=colour, shape=alt.Shape("shape:N", scale=None, legend=None), tooltip=tooltip
        ),
        chart.mark_text(align="left", dx=8, fontWeight="bold").encode(
            y, x=alt.value(alt.expr("width")), text="letter:N", tooltip=["service:N", "letter:N"]
        ),
    ]
    spec = _finish(alt.layer(*layers), height=max(2, services) * _ROW, description=description)
    # Names that come with the rows need room.
    spec["autosize"]["resize"] = True
    spec["params"] += [{"name": name, "value": value} for name, value in (("low", 0.5), ("high", 2), ("ticks", []))]
    return spec


def steps(ends: Sequence[float]) -> tuple[float, float, list[float]]:
    """The ends of a logarithmic axis that holds all of these, and its ticks; they move only in steps."""
    known = [end for end in ends if math.isfinite(end) and end > 0] or [0.9, 1.1]
    low, high = min(known), max(known)
    fine = high / low < _NARROW
    marks = [round(number * 0.02, 2) for number in range(1, 500)] if fine and low > 0.05 and high < 9 else _FINE
    start = max((mark for mark in marks if mark < low), default=low / 2)
    end = min((mark for mark in marks if mark > high), default=high * 2)
    return start, end, [tick for tick in (_even(start, end) if fine else _TICKS) if start <= tick <= end]


def scatter(
    points: Sequence[Point], looks: Mapping[str, Look], *, x_title: str, y_title: str, description: str
) -> Spec:
    """Services between two axes; those that are coloured have their names beside them."""
    x_scale, x_ticks = _scale([end for one in points for end in (one.x_low, one.x_high)], wide=1.25)
    y_scale, y_ticks = _scale([end for one in points for end in (one.y_low, one.y_high)], wide=1.15)
    chart = alt.Chart(
        _data([asdict(one) | _look(looks[one.service]) | {"is_last": True} for one in points])
    ).transform_calculate(shown=f"{_SHOWN} ? datum.colour : grey")
    colour = alt.Color("shown:N", scale=None, legend=None)
    x = alt.X("x:Q", title=x_title, scale=x_scale, axis=alt.Axis(values=x_ticks, labelOverlap=True))
    y = alt.Y("y:Q", title=y_title, scale=y_scale, axis=alt.Axis(values=y_ticks, labelOverlap=True))
    return _finish(
        alt.layer(
            chart.mark_rule(opacity=0.5).encode(x=alt.X("x_low:Q", scale=x_scale), x2="x_high:Q", y=y, color=colour),
            chart.mark_rule(opacity=0.5).encode(x=x, y=alt.Y("y_low:Q", scale=y_scale), y2="y_high:Q", color=colour),
            chart.mark_point(size=70, filled=True, opacity=1).encode(
                x,
                y,
                color=colour,
                shape=alt.Shape("shape:N", scale=None, legend=None),
                tooltip=["service:N", alt.Tooltip("text:N", title="measured")],
            ),
            *_legend(chart, "-datum.y"),
        ),
        height=340,
        description=description,
    )


def percentiles(steps: Sequence[Step], looks: Mapping[str, Look], *, y_title: str, description: str) -> Spec:
    """Latencies over percentiles: `x` is 1 / (1 - share), so that 90, 99 and 99.9 % are equally far apart."""
    top = max((one.x for one in steps), default=10.0)
    ticks = [1, 2, *(10**power for power in range(1, 1 + max(1, math.floor(math.log10(top)))))]
    x = alt.X(
        "x:Q",
        title="percentile",
        scale=alt.Scale(type="log", domain=[1, top * 1.02], nice=False),
        axis=alt.Axis(values=ticks, labelExpr="format(100 - 100 / datum.value, '.6~g')", grid=True),
    )
    return _lines(steps, looks, x=x, y_title=y_title, description=description)


def rates(
    steps: Sequence[Step], looks: Mapping[str, Look], *, y_title: str, limit: float | None, description: str
) -> Spec:
    """Latencies over offered rates; `limit` is what the objective allows."""
    scale, ticks = _scale([one.x for one in steps], wide=1.05)
    x = alt.X(
        "x:Q", title="requests/s offered", scale=scale, axis=alt.Axis(values=ticks, format="~s", labelOverlap=True)
    )
    return _lines(steps, looks, x=x, y_title=y_title, description=description, limit=limit)


def times(steps: Sequence[Step], looks: Mapping[str, Look], *, y_title: str, description: str) -> Spec:
    """Values over the seconds of a run."""
    scale = alt.Scale(domain=[0, max((one.x for one in steps), default=1.0)], nice=False)
    x = alt.X("x:Q", title="seconds since the beginning", scale=scale, axis=alt.Axis(labelOverlap=True))
    return _lines(steps, looks, x=x, y_title=y_title, description=description)


def _lines(
    steps: Sequence[Step],
    looks: Mapping[str, Look],
    *,
    x: alt.X,
    y_title: str,
    description: str,
    limit: float | None = None,
) -> Spec:
    scale, ticks = _scale([one.y for one in steps] + ([limit] if limit else []), wide=1.1)
    y = alt.Y("y:Q", title=y_title, scale=scale, axis=alt.Axis(values=ticks, labelOverlap=True))
    last = {one.service: number for number, one in enumerate(steps)}
    rows = [
        asdict(one) | _look(looks[one.service]) | {"is_last": last[one.service] == number}
        for number, one in enumerate(steps)
    ]
    chart = alt.Chart(_data(rows)).transform_calculate(
        shown=f"{_SHOWN} ? datum.colour : grey", strength=f"{_SHOWN} ? 1 : 0.35"
    )
    colour = alt.Color("shown:N", scale=None, legend=None)
    opacity = alt.Opacity("strength:Q", scale=None, legend=None)
    dash = alt.StrokeDash(
        "turn:O",
        scale=alt.Scale(domain=list(range(len(palette.DASHES))), range=[list(one) for one in palette.DASHES]),
        legend=None,
    )
    layers: list[Any] = [
        chart.mark_line(interpolate="linear", strokeWidth=1.8).encode(
            x, y, detail="service:N", color=colour, opacity=opacity, strokeDash=dash
        ),
        chart.transform_filter("datum.is_marked")
        .mark_point(size=45, filled=True)
        .encode(
            x,
            y,
            color=colour,
            opacity=opacity,
            shape=alt.Shape("shape:N", scale=None, legend=None),
            tooltip=["service:N", alt.Tooltip("text:N", title="measured")],
        ),
        *_legend(chart, "-datum.y"),
    ]
    if limit:
        at = alt.Chart(_data([{"y": limit}]))
        layers.insert(0, at.mark_rule(strokeDash=[4, 3], color="gray").encode(y))
    return _finish(alt.layer(*layers), height=360, description=description)


def _names(strong: Sequence[str]) -> alt.Axis:
    """An axis of services; the `strong` ones are bold."""
    is_strong = f"indexof({json.dumps(list(strong))}, datum.value) >= 0"
    weight = alt.condition(is_strong, alt.value("bold"), alt.value("normal"))
    return alt.Axis(labelLimit=160, domain=False, ticks=False, labelPadding=8, labelFontWeight=weight)


def _legend(chart: alt.Chart, order: str) -> list[alt.Chart]:
    """The services in colour, listed at the right edge by where their lines or points are, the highest first."""
    rows = (
        chart.transform_filter(f"datum.is_last && {_SHOWN}")
        .transform_calculate(order=order)
        .transform_window(place="row_number()", sort=[alt.SortField("order")])
    )
    y = alt.ExprRef("datum.place * 17 - 8")
    shape = alt.Shape("shape:N", scale=None, legend=None)
    return [
        rows.mark_point(x=alt.ExprRef("width + 14"), y=y, size=45, filled=True, opacity=1).encode(
            color=alt.Color("shown:N", scale=None, legend=None), shape=shape
        ),
        rows.mark_text(x=alt.ExprRef("width + 23"), y=y, align="left", baseline="middle", fontSize=12).encode(
            text="service:N"
        ),
    ]


def _scale(ends: Sequence[float], wide: float = 1.06) -> tuple[alt.Scale, list[float]]:
    """A scale that holds all ends, with a little room, and its ticks."""
    known = [end for end in ends if math.isfinite(end)]
    low, high = (min(known), max(known)) if known else (0.9, 1.1)
    if low > 0 and high / low > _NARROW:
        domain = [low / wide, high * wide]
        return (
            alt.Scale(type="log", domain=domain, nice=False),
            [tick for tick in _TICKS if domain[0] <= tick <= domain[1]],
        )
    room = (high - low) * (wide - 1) or abs(high) * 0.05 or 1.0
    if low >= 0 and low < (high - low):
        return alt.Scale(domain=[0, high + room], nice=False), _even(0, high + room)
    return alt.Scale(domain=[low - room, high + room], nice=False, zero=False), _even(low - room, high + room)


def _even(low: float, high: float) -> list[float]:
    """About six round numbers between two ends."""
    step = next(tick for tick in [10.0**-5, *_TICKS, high - low] if (high - low) / tick <= 7)
    first = math.ceil(low / step)
    return [round(number * step, 10) for number in range(first, first + 9) if number * step <= high]


def _offset(number: int, kinds: int) -> float:
    return 0.0 if kinds == 1 else -5.0 + 10.0 * number / (kinds - 1)


def _look(look: Look) -> dict[str, Any]:
    return {"colour": look.colour, "shape": look.shape, "turn": palette.SHAPES.index(look.shape)}


def _data(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=[dict(row) for row in rows])


def _finish(chart: alt.LayerChart | alt.FacetChart, *, height: int, description: str) -> Spec:
    finished = chart.properties(
        width="container",
        height=height,
        description=description,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    spec: Spec = finished.to_dict()
    spec.pop("config", None)
    spec["params"] = [
        *spec.get("params", []),
        {"name": "coloured", "value": []},
        {"name": "grey", "value": palette.GREYS["light"]},
    ]
    return spec
