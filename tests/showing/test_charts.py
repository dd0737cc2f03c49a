"""Plots as specifications: what is in them, and on which scale."""

import json

from levelground.showing import charts, palette
from levelground.showing.charts import Dot, Step

LOOKS = {name: palette.look(name, ["a", "b"]) for name in ("a", "b", 'it\'s "c"')}


def dots(*values: Dot, line: float | None = 1.0) -> charts.Spec:
    return charts.dots(values, LOOKS, title="speed", description="what it shows", line=line, strong=['it\'s "c"'])


def scales(spec: charts.Spec) -> set[str]:
    found = [layer["encoding"]["x"]["scale"] for layer in spec["layer"] if "scale" in layer["encoding"].get("x", {})]
    return {one.get("type", "linear") for one in found}


def test_ratios_far_apart_have_a_log_axis_and_near_ones_a_linear_one() -> None:
    assert scales(dots(Dot("a", "x", 1.0), Dot("b", "x", 0.1))) == {"log"}
    assert scales(dots(Dot("a", "x", 1.0, 0.99, 1.01), Dot("b", "x", 1.02, 1.01, 1.03))) == {"linear"}


def test_every_plot_has_a_description_and_the_parameters_of_the_page() -> None:
    for spec in (
        dots(Dot("a", "x", 1.0)),
        charts.percentiles([Step("a", 2, 1.0)], LOOKS, y_title="ms", description="d"),
    ):
        assert spec["description"]
        assert [one["name"] for one in spec["params"]] == ["coloured", "grey"]
        assert spec["width"] == "container"


def test_names_with_quotes_stay_names() -> None:
    text = json.dumps(dots(Dot('it\'s "c"', "as it went", 1.0)))
    assert json.loads(text)


def test_one_value_and_a_value_of_zero_have_an_axis_too() -> None:
    assert dots(Dot("a", "x", 1.0), line=None)["layer"]
    assert dots(Dot("a", "x", 0.0), Dot("b", "x", 5.0), line=None)["layer"]
    assert dots(Dot("a", "x", 0.0), line=None)["layer"]


def test_strokes_are_upright_lines_beside_the_points() -> None:
    spec = charts.dots(
        [Dot("a", "time", 1.0), Dot("a", "count", 2.0)],
        LOOKS,
        title="t",
        description="d",
        strokes=["count"],
    )
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["tick", "rule", "point"]
