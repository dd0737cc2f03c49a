"""The live page of the web UI: what it asks for, and what it gets."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from locust.env import Environment

from levelground.locust import live
from levelground.model.folder import Folder
from tests.judging.test_live import blocks_of, grow
from tests.judging.test_summary import undisturbed_run, undisturbed_slices
from tests.locust.test_form import browser, environment, started

__all__ = ["browser", "environment", "started"]


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(live, "RESULTS", tmp_path)
    return Folder.create(tmp_path)


def test_a_run_is_followed_from_its_first_block_on(browser: FlaskClient, latest: Folder) -> None:
    before = browser.get("/compare/state")
    assert (before.status_code, before.text) == (404, live.BEGINS)
    latest.write_run(undisturbed_run())
    blocks = blocks_of(undisturbed_slices({"starlette": 50.0, "fast": 40.0}))
    for block in blocks[:20]:
        grow(latest, block)
    early = browser.get("/compare/state?scenario=hello").json
    for block in blocks[20:]:
        grow(latest, block)
    late = browser.get("/compare/state?scenario=hello").json
    assert early
    assert late
    assert (early["scenario"], early["baseline"], early["is_over"]) == ("hello", "starlette", False)
    assert [row["service"] for row in late["rows"]] == ["fast", "starlette"]
    assert "0 of 20 blocks dropped" in early["host"]
    assert "0 of 60 blocks dropped" in late["host"]


def test_another_run_is_followed_as_soon_as_it_is_the_newest(browser: FlaskClient, latest: Folder) -> None:
    latest.write_run(undisturbed_run())
    assert browser.get("/compare/state").json["run"] == undisturbed_run().run  # type: ignore[index]
    Folder.create(latest.path.parent)
    assert browser.get("/compare/state").text == live.BEGINS


def test_before_any_run_it_says_how_to_begin_one(
    browser: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RESULTS", tmp_path)
    answer = browser.get("/compare/state")
    assert (answer.status_code, answer.text) == (404, live.NO_RUN)


def test_a_services_details_are_plots_beside_the_baseline(browser: FlaskClient, latest: Folder) -> None:
    latest.write_run(undisturbed_run())
    for block in blocks_of(undisturbed_slices({"starlette": 50.0, "fast": 40.0})):
        grow(latest, block)
    told = browser.get("/compare/details?scenario=hello&service=fast").json
    assert told
    assert told["coloured"] == ["fast", "starlette"]
    assert [one["title"] for one in told["plots"]] == ["Latency distribution", "Cost over time"]
    assert browser.get("/compare/chart?scenario=hello").json


@pytest.mark.parametrize("asked", ["details?scenario=hello&service=nope", "details?scenario=x", "chart?scenario=x"])
def test_what_the_run_does_not_have_is_not_found(asked: str, browser: FlaskClient, latest: Folder) -> None:
    latest.write_run(undisturbed_run())
    assert browser.get(f"/compare/{asked}").status_code == 404


def test_the_page_runs_its_own_scripts_alone(browser: FlaskClient) -> None:
    answer = browser.get("/compare")
    policy = answer.headers["Content-Security-Policy"]
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "http" not in re.sub(r'"http://www.w3.org/[^"]*"', "", answer.text)
    assert "vegaEmbed" in browser.get("/compare/vega.js").text


def test_who_has_to_log_in_to_locust_has_to_here(browser: FlaskClient, environment: Environment) -> None:
    del browser
    ui = environment.web_ui
    assert ui is not None
    assert ui.app is not None
    for rule in ui.app.url_map.iter_rules():
        if rule.endpoint.startswith("compare."):
            # As Locust's decorator leaves what it guards.
            assert hasattr(ui.app.view_functions[rule.endpoint], "__wrapped__")
