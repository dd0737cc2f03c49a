"""The list of runs: a line for each, whatever state it is in."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from levelground.showing import material, report, runs
from tests.showing.reported import a_closed_run, written

CATALOGUE = ["starlette", "fastapi", "go", "starlette-twin"]
EVIL = "<script>alert(1)</script>"


def notes(results: Path) -> dict[str, str]:
    return {one.name: one.note for one in runs.read(results, CATALOGUE)}


def test_runs_are_listed_the_newest_first_with_how_precise_they_are(tmp_path: Path) -> None:
    for name in ("2026-01-01T00-00-00Z-aaaa", "2026-01-02T00-00-00Z-bbbb"):
        material.read(written(tmp_path, replace(a_closed_run(), run=name)))
    (tmp_path / "latest").symlink_to("2026-01-02T00-00-00Z-bbbb")
    new, old = runs.read(tmp_path, CATALOGUE)
    assert (new.name, old.name) == ("2026-01-02T00-00-00Z-bbbb", "2026-01-01T00-00-00Z-aaaa")
    assert new.valid == "4 of 4"
    assert new.precise.startswith("±")
    assert new.note == "ok"
    assert new.what == "closed: hello; 4 services"


def test_every_state_of_a_run_has_its_line(tmp_path: Path) -> None:
    material.read(written(tmp_path, replace(a_closed_run(), run="a-broken-off", ended=None)))
    written(tmp_path, replace(a_closed_run(), run="b-not-judged"))
    material.read(written(tmp_path, replace(a_closed_run(), run="c-empty"), blocks=0))
    (tmp_path / "d-half").mkdir()
    (tmp_path / "d-half" / "run.json").write_text('{"run": "d-ha')
    (tmp_path / "e-without").mkdir()
    (tmp_path / "e-without" / "slices.jsonl").write_text("")
    (tmp_path / "f-new").mkdir()
    (tmp_path / "f-new" / "run.json").write_text(json.dumps({"schema": 99}))
    (tmp_path / "g-list").mkdir()
    (tmp_path / "g-list" / "run.json").write_text("[]")
    shutil.copytree(Path(__file__).parent.parent / "runs" / "schema-1", tmp_path / "h-schema-1")
    found = notes(tmp_path)
    assert found["a-broken-off"] == "broken off or under way"
    assert found["b-not-judged"].startswith("not judged")
    assert found["c-empty"].startswith("no whole block")
    assert found["d-half"].startswith("run.json cannot be read")
    assert found["e-without"] == "run.json is missing"
    assert "has schema 99" in found["f-new"]
    assert found["g-list"].startswith("run.json cannot be read")
    assert "schema 1" in found["h-schema-1"]


def test_services_that_are_no_more_are_named(tmp_path: Path) -> None:
    material.read(written(tmp_path, a_closed_run()))
    (one,) = runs.read(tmp_path, ["starlette"])
    assert one.note == "not in compose.yaml any more: fastapi, go, starlette-twin"


def test_the_front_page_links_the_reports_that_there_are_and_escapes_names(tmp_path: Path) -> None:
    folder = written(tmp_path, replace(a_closed_run(), started=EVIL))
    report.write(folder, material.read(folder))
    written(tmp_path, replace(a_closed_run(), run="other"))
    page = runs.write(tmp_path, runs.read(tmp_path, CATALOGUE)).read_text()
    assert f'<a href="{folder.name}/report.html">' in page
    assert "other/report.html" not in page
    assert EVIL not in page


def test_the_front_page_links_comparisons(tmp_path: Path) -> None:
    (tmp_path / "compare").mkdir()
    (tmp_path / "compare" / "one..two.html").write_text("")
    (tmp_path / "compare" / "one..two.md").write_text("")
    page = runs.write(tmp_path, []).read_text()
    assert page.count("<li>") == 1
    assert '<a href="compare/one..two.html">one → two</a>' in page


def test_the_list_as_text(tmp_path: Path) -> None:
    assert runs.render([], tmp_path) == f"no runs in {tmp_path}: make bench makes one"
    material.read(written(tmp_path, a_closed_run()))
    lines = runs.render(runs.read(tmp_path, CATALOGUE), tmp_path).splitlines()
    assert lines[0].split() == ["run", "begun", "what", "widest", "interval", "valid", "cells", "report", "note"]
    assert lines[1].endswith("  ok")
    assert lines[-1] == "make report RUN=NAME shows one of them as a page."
