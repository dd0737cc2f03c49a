"""A run as a page: every number that of summary.json, everything escaped, and whatever is missing said."""

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from levelground.model.folder import Folder
from levelground.model.interval import Interval
from levelground.showing import facts, frame, material, palette, report, rounding
from levelground.showing.material import Material
from levelground.stand import catalog
from tests.samples import a_member
from tests.showing.reported import RATES, a_closed_run, written

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def without_scripts(page: str) -> str:
    """The page's own markup: the scripts hold text that looks like some."""
    return re.sub(r"(<script[^>]*>).*?(</script>)", r"\1\2", page, flags=re.DOTALL)


def specs(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="specs"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, str, Path]:
    folder = written(tmp_path_factory.mktemp("results"), a_closed_run())
    found = material.read(folder)
    report.write(folder, found)
    return found, (folder.path / report.FILE).read_text(), folder.path


def test_the_numbers_of_the_main_table_are_those_of_summary_json(made: tuple[Material, str, Path]) -> None:
    _, page, folder = made
    stored = json.loads((folder / "summary.json").read_text())["scenarios"]["hello"]["services"]
    table = page[page.index('<table id="table-hello">') :]
    rows = re.findall(r"<tr>\s*(<td.*?)</tr>", table[: table.index("</table>")], re.DOTALL)
    seen = {}
    for row in rows:
        cells = {key: unescape(text) for key, text in re.findall(r'<td data-key="([^"]*)"[^>]*>(.*?)</td>', row)}
        seen[cells["service"]] = cells
    assert seen.keys() == stored.keys()
    for name, cell in stored.items():
        for key in ("undisturbed_ratio", "throughput_ratio"):
            assert seen[name][key] == rounding.interval(Interval(**cell[key])), (name, key)
        assert seen[name]["group"] == cell["group"]


def test_the_csv_has_every_number_exactly(made: tuple[Material, str, Path]) -> None:
    _, _, folder = made
    stored = json.loads((folder / "summary.json").read_text())["scenarios"]["hello"]["services"]
    for row in csv.DictReader(io.StringIO((folder / "hello.csv").read_text())):
        cell = stored[row["service"]]
        assert float(row["throughput_ratio.low"]) == cell["throughput_ratio"]["low"]
        assert float(row["latency_us.p99"]) == cell["latency_us"]["p99"]


def test_every_plot_has_its_table_and_every_table_its_csv(made: tuple[Material, str, Path]) -> None:
    _, page, folder = made
    assert list(specs(page)) == ["hello", "hello-cpu", "hello-latency"]
    for name in specs(page):
        assert f'<table id="table-{name}">' in page
    tables = re.findall(r'<table id="table-([^"]+)">', page)
    links = re.findall(r'<a href="data:text/csv[^"]*" download="([^"]+)\.csv">', page)
    assert links == tables
    assert all((folder / f"{name}.csv").exists() for name in links)


def test_the_page_asks_for_nothing_and_runs_only_its_own_scripts(made: tuple[Material, str, Path]) -> None:
    _, page, _ = made
    assert re.findall(r'<(?:script|link|img|iframe)[^>]*\s(?:src|href)="', without_scripts(page)) == []
    allowed = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert allowed
    told = unescape(allowed[1])
    assert told.startswith("default-src 'none'; script-src 'sha256-")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 3
    assert told == frame.policy(scripts)


def test_the_javascript_is_there_once(made: tuple[Material, str, Path]) -> None:
    assert made[1].count("window.vegaEmbed=") == 1


def test_the_answer_comes_before_the_plots_and_the_command_has_the_seed(made: tuple[Material, str, Path]) -> None:
    found, page, _ = made
    assert page.index("cannot be told apart at 95 %") < page.index('id="specs"')
    assert facts.command(found.run) == (
        "make bench SERVICES=starlette,fastapi,go,starlette-twin SCENARIOS=hello CONNECTIONS=16 MINUTES=1 ROUNDS=1 "
        "SEED=1"
    )
    assert facts.command(found.run) in page


def test_markdown_is_a_table_in_which_names_are_escaped(tmp_path: Path) -> None:
    run = a_closed_run()
    run = replace(run, services={**run.services, "a|b<i>`": a_member()})
    text = report.markdown(material.read(written(tmp_path, run)))
    assert "a\\|b&lt;i&gt;\\`" in text
    assert "| letter | service | ratio to starlette (95 %) | verdict |" in text


def test_nothing_of_a_run_can_inject_markup(tmp_path: Path) -> None:
    run = a_closed_run()
    evil = a_member(
        role=EVIL,
        about={"framework": EVIL, "server": EVIL, "language": EVIL, "limits": {}},
        declared={EVIL: EVIL},
        problem=EVIL,
    )
    run = replace(
        run,
        services={**run.services, EVIL: evil},
        scenarios={"hello": EVIL, "</script>": EVIL},
        command=EVIL,
        started=EVIL,
        calibration={"when": EVIL, "words": f"{EVIL}; {EVIL}"},
        host=run.host | {"cpu": EVIL, "kernel": EVIL},
        slice_seconds={"hello": 0.03, "</script>": 0.03},
    )
    folder = written(tmp_path, run)
    found = material.read(folder)
    page = report.page(found)
    report.write(folder, found)
    assert "<script>alert" not in page
    assert "<img" not in without_scripts(page)
    assert page.count("</script>") == 5
    assert {path.parent for path in tmp_path.rglob("*.csv")} == {folder.path}


def test_the_same_records_give_the_same_page(tmp_path: Path) -> None:
    found = material.read(written(tmp_path, a_closed_run()))
    assert report.page(found) == report.page(found)


def test_a_run_without_a_single_block_says_so(tmp_path: Path) -> None:
    page = report.page(material.read(written(tmp_path, replace(a_closed_run(), ended=None), blocks=0)))
    assert "No answer: there is no whole block yet." in page
    assert "This run was broken off, or is still under way" in page


def test_a_line_that_cannot_be_read_is_said_and_the_stored_summary_shown(tmp_path: Path) -> None:
    folder = written(tmp_path, a_closed_run())
    material.read(folder)
    with (folder.path / "slices.jsonl").open("a") as file:
        file.write('{"block": "half of\n')
    found = material.read(folder)
    page = report.page(found)
    assert found.summary is not None
    assert "slices.jsonl cannot be read after 120 lines" in page
    assert "hello-latency" not in specs(page)


def test_a_line_that_cannot_be_read_and_no_summary_leaves_the_environment(tmp_path: Path) -> None:
    folder = written(tmp_path, a_closed_run(), blocks=0)
    (folder.path / "slices.jsonl").write_text("no json\n")
    page = report.page(material.read(folder))
    assert "no scenario of this run could be judged" in page
    assert "starlette-twin" in page


def test_slices_of_a_service_that_the_run_does_not_know_are_said(tmp_path: Path) -> None:
    run = a_closed_run()
    folder = written(tmp_path, run)
    folder.write_run(replace(run, services={name: run.services[name] for name in ("starlette", "fastapi")}))
    page = report.page(material.read(folder))
    assert "slices.jsonl has lines of what run.json does not know: go, starlette-twin." in page


def test_a_service_that_is_no_more_is_named(tmp_path: Path) -> None:
    run = a_closed_run()
    run = replace(run, services={**run.services, "bottle": a_member()})
    assert "Not in compose.yaml any more: bottle." in report.page(material.read(written(tmp_path, run)))


@pytest.mark.parametrize("schema", ["schema-1", "schema-2", "schema-3", "schema-4"])
def test_a_run_of_an_older_schema_is_shown_and_said_to_be_one(schema: str, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent.parent / "runs" / schema, tmp_path / schema)
    page = report.page(material.read(Folder(tmp_path / schema)))
    assert f"This run is of schema {schema[-1]}" in page
    assert "How to reproduce it" in page


def test_the_leader_has_its_colour_whatever_its_place_in_the_catalogue(tmp_path: Path) -> None:
    names = [one.name for one in catalog.read() if one.role == "contender"]
    # Eight places apart, two services share a colour.
    early, late = names[0], names[palette.AT_ONCE]
    assert palette.look(early, names).colour == palette.look(late, names).colour
    run = a_closed_run()
    run = replace(run, services={**run.services, **{name: a_member() for name in names}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RATES, late, 900)
        folder = written(tmp_path, run, 12)
    page = report.page(material.read(folder))
    on = re.findall(r'value="([^"]+)" checked', page)
    assert late in on
    assert early not in on
    assert len(on) == palette.AT_ONCE
    assert "go" not in on


def test_a_report_tells_streams_messages_helpers_and_crowds_as_what_they_are(tmp_path: Path) -> None:
    run = a_closed_run(
        websockets=["hello"],
        scenario_connections={"hello": 5000},
        helpers={"postgres": {"cpus": [0], "settings": {"version": "17.2", "fsync": "off"}}},
    )
    folder = written(tmp_path, run, 12)
    lines = [json.loads(line) for line in (folder.path / "slices.jsonl").read_text().splitlines()]
    for one in lines:
        one |= {"first_byte": one["latency"], "helper_cpu_us": {"postgres": 87.5 * one["requests"]}}
    (folder.path / "slices.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    page = report.page(material.read(folder))
    for words in (
        *("database CPU µs/request", "round trip p99 ms", "first byte p99 ms", "Round trip distribution"),
        *("Time to the first byte", "16 connections to each service (5,000 in hello)"),
        *("helper postgres", "CPU 0, version 17.2, fsync off"),
    ):
        assert words in page, words
