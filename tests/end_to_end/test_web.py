"""The Locust web UI: its form, its tables, and the runs that are started there."""

import json
import urllib.error
from contextlib import suppress
from typing import Any

import pytest

from levelground.model.folder import Folder
from tests.end_to_end.conftest import ROOT, command
from tests.end_to_end.page import get, post, wait_for, wait_for_the_worker

pytestmark = pytest.mark.usefixtures("up")


def live(scenario: str) -> Any:
    """What the page /compare shows of the newest run."""
    return json.loads(get(f"/compare/state?scenario={scenario}"))


def test_the_page_offers_every_service_and_scenario() -> None:
    page = get("/")
    for word in ("fastapi", "starlette-twin", "go", "hello", "items", "Level Ground"):
        assert word in page


def test_a_run_from_the_page_fills_locusts_tables_and_leaves_a_record() -> None:
    wait_for_the_worker()
    started = post(
        "/swarm", user_count="8", spawn_rate="1000", services=["starlette", "go"], scenarios=["hello", "json"], seed="7"
    )
    assert started["success"], started
    try:

        def complete() -> bool:
            stats = json.loads(get("/stats/requests"))
            rows = {(row["name"], row["method"]) for row in stats["stats"] if row["num_requests"] > 500}
            return rows >= {(service, scenario) for service in ("starlette", "go") for scenario in ("hello", "json")}

        wait_for(complete)
        told = live("json")
        assert (told["scenario"], told["is_over"]) == ("json", False)
        assert {row["service"] for row in told["rows"]} == {"starlette", "go"}
        other = command("make", "conformance", "SERVICES=go")
    finally:
        post("/stop")
    assert other.returncode != 0
    assert "another run is under way on this stand: a run from the web UI, since 20" in other.stderr
    wait_for(lambda: json.loads(get("/stats/requests"))["state"] in ("stopped", "ready"))
    folder = Folder(ROOT / "results" / "latest")
    run = folder.read_run()
    assert (run.connections, run.seed) == (8, 7)
    assert list(run.services) == ["starlette", "go"]
    wait_for(lambda: (folder.path / "summary.json").exists())
    assert set(json.loads((folder.path / "summary.json").read_text())["scenarios"]) == {"hello", "json"}


def test_an_open_loop_from_the_page_shows_the_rate_that_was_offered() -> None:
    started = post(
        "/swarm",
        user_count="16",
        spawn_rate="1000",
        services=["starlette", "go"],
        scenarios=["hello"],
        load="open",
        rate="500",
    )
    assert started["success"], started

    def is_measured() -> bool:
        with suppress(urllib.error.HTTPError):
            told = live("hello")
            measures = [axis["measure"]["key"] for axis in told["axes"]]
            return measures[0] == "latency_ratio" and all("p99" in row["values"] for row in told["rows"])
        return False

    try:
        wait_for(is_measured)
    finally:
        post("/stop")
    told = Folder(ROOT / "results" / "latest").read_run()
    assert (told.load, told.rates_per_second) == ("open", {"hello": 500.0})


def test_what_is_no_rate_is_refused_with_what_is() -> None:
    started = post(
        "/swarm", user_count="4", spawn_rate="1000", services=["go"], scenarios=["hello"], load="open", rate="fast"
    )
    assert not started["success"]
    assert "'fast' is no rate: give requests per second (2000)" in started["message"]
