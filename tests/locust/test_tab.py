"""The web UI's own tab."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from locust.env import Environment

from levelground.locust import tab
from levelground.model.folder import Folder
from levelground.showing import table
from tests.locust.test_form import browser, environment, started
from tests.samples import a_cell
from tests.showing.test_table import a_summary

__all__ = ["browser", "environment", "started"]


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(tab, "RESULTS", tmp_path)
    return Folder.create(tmp_path)


@pytest.mark.parametrize("load", table.COLUMNS)
def test_each_row_fills_the_columns_of_its_load_with_the_tables_words(load: str, latest: Folder) -> None:
    cells = {"starlette": a_cell(), "go": a_cell(valid=False, reasons=["errors: reset ×3; failed in 3 of 9 blocks"])}
    latest.write_json("summary.json", a_summary(load, hello=cells))
    structure = tab.structure(load)
    keys = [one["key"] for one in structure]
    assert len(set(keys)) == len(keys)
    first, second = tab.rows()
    assert list(first) == keys
    assert (first["scenario"], first["ratiosto"], first["service"], first["verdict"]) == (
        "hello",
        "starlette",
        "starlette",
        "ok",
    )
    assert (second["verdict"], second["why"]) == ("errors", "errors: reset ×3; failed in 3 of 9 blocks")


def test_an_open_loop_tells_what_was_offered(latest: Folder) -> None:
    latest.write_json("summary.json", a_summary("open", hello={"go": a_cell(offered_per_second=500.0)}))
    assert [row["offered"] for row in tab.rows()] == ["500"]


def test_before_the_first_summary_the_tab_is_empty(latest: Folder) -> None:
    assert tab.rows() == []


def test_a_summary_of_before_the_baseline_had_its_name_is_not_shown(latest: Folder) -> None:
    latest.write_json("summary.json", {"run": "x", "context": {}, "reference": "starlette", "scenarios": {}})
    assert tab.rows() == []


def test_locusts_page_gets_rows_with_its_statistics_and_the_columns_of_the_load(
    browser: FlaskClient, environment: Environment, latest: Folder
) -> None:
    latest.write_json("summary.json", a_summary(hello={"go": a_cell()}))
    told = browser.get("/stats/requests").json
    assert told is not None
    assert told["extended_stats"] == [{"key": "level-ground", "data": tab.rows()}]
    assert environment.runner is not None
    environment.runner.state = "running"
    page = browser.get("/watch").text
    assert json.dumps(tab.structure("closed")[0]["title"]) in page
    assert '"title": "Level Ground"' in page
