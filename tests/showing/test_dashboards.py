"""Grafana's dashboards: as the code has them, in plain words, and about metrics that there are."""

import json
import re
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from levelground.model.interval import Interval
from levelground.showing import dashboards, palette
from levelground.showing.metrics import Metrics
from levelground.stand import catalog
from tests.samples import A_CALM_BLOCK, a_cell, a_member, a_run, a_slice
from tests.showing.test_metrics import known_work
from tests.showing.test_table import a_summary

PANELS = [
    pytest.param(panel, id=f"{name}: {panel['title']}")
    for name in dashboards.PAGES
    for panel in json.loads(dashboards.text(name))["panels"]
]
ELSEWHERE = {"levelground_export_cpu_seconds_total", "scrape_duration_seconds"}
"""Metrics of the exporter and of Prometheus itself."""


@pytest.mark.parametrize("name", dashboards.PAGES)
def test_the_files_are_as_the_code_has_them(name: str) -> None:
    again = "to write them anew: python -m levelground.showing.dashboards"
    assert (dashboards.FOLDER / f"{name}.json").read_text() == dashboards.text(name), again


def test_there_is_no_other_file() -> None:
    assert {path.stem for path in dashboards.FOLDER.iterdir()} == dashboards.PAGES.keys()


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_has_a_description_and_a_unit(panel: Any) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]


@pytest.fixture(scope="module")
def exported() -> set[str]:
    """The names of all metrics of a run that has everything."""
    metrics = Metrics()
    cell = a_cell(
        undisturbed_ratio=Interval(1.0, 1.0, 1.0),
        undisturbed_us_per_request=Interval(1.0, 1.0, 1.0),
        valid=False,
        reasons=["errors: reset"],
    )
    for load in ("closed", "open"):
        metrics.begin(a_run("starlette", load=load, services={"starlette": a_member(memory_idle_bytes=1)}))
        metrics.add_slice(a_slice(cpu_user_us=1.0, cpu_system_us=1.0))
        metrics.add_block(type(A_CALM_BLOCK)(**(vars(A_CALM_BLOCK) | {"known_work": known_work(*[60.0] * 99)})))
        metrics.judge(a_summary(hello={"starlette": cell}).scenarios)
    registry = CollectorRegistry()
    registry.register(metrics)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {sample.name for family in families for sample in family.samples} | ELSEWHERE


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_asks_for_metrics_that_are_exported(panel: Any, exported: set[str]) -> None:
    for target in panel["targets"]:
        asked = set(re.findall(r"\b(?:levelground|scrape)_\w+", target["expr"]))
        assert asked
        assert asked <= exported


@pytest.mark.parametrize("name", dashboards.PAGES)
def test_every_variable_that_is_asked_for_can_be_chosen(name: str) -> None:
    told = json.loads(dashboards.text(name))
    used = set(re.findall(r"\$(\w+)", json.dumps(told["panels"])))
    assert used - {"__rate_interval", "__range"} == {one["name"] for one in told["templating"].get("list", [])}


def test_services_have_the_colours_that_they_have_elsewhere() -> None:
    names = [one.name for one in catalog.read()]
    for panel in json.loads(dashboards.text("live-comparison"))["panels"]:
        if panel["type"] == "table":
            continue
        painted = {
            override["matcher"]["options"]: override["properties"][0]["value"]["fixedColor"]
            for override in panel["fieldConfig"]["overrides"]
        }
        assert painted == {name: palette.look(name, names).colour for name in names}


@pytest.mark.parametrize("name", dashboards.PAGES)
def test_panels_have_numbers_of_their_own_and_overlap_nowhere(name: str) -> None:
    panels = json.loads(dashboards.text(name))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
