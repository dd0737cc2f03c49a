"""The report in a real browser: the numbers of summary.json, no error, and no request."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from levelground.model.interval import Interval
from levelground.showing import material, report, rounding
from tests.showing.reported import a_closed_run, written

QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--enable-logging=stderr"),
    "--virtual-time-budget=20000",
)
NO_PAGE = "not an origin"


@dataclass(frozen=True)
class Opened:
    """A page after its scripts have run."""

    dom: str
    console: list[str]
    requests: list[str]
    """Addresses that the page asked for, but for files and what it holds itself."""


def browse(page: Path, folder: Path) -> Opened:
    browser = shutil.which("chromium")
    assert browser, "chromium is not installed"
    log = folder / "net.json"
    where = [f"--user-data-dir={folder / 'browser'}", f"--log-net-log={log}"]
    done = subprocess.run(
        [browser, *QUIET, *where, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    asked = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    return Opened(
        dom=done.stdout,
        console=[line for line in done.stderr.splitlines() if "CONSOLE" in line],
        # What the browser asks for by itself has no initiator.
        requests=[
            one["url"]
            for one in asked
            if one.get("url", "").startswith(("http", "ws")) and one.get("initiator", NO_PAGE) != NO_PAGE
        ],
    )


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with its report."""
    folder = written(tmp_path_factory.mktemp("results"), a_closed_run())
    report.write(folder, material.read(folder))
    return folder.path


@pytest.fixture(scope="module")
def opened(reported: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return browse(reported / report.FILE, tmp_path_factory.mktemp("profile"))


def test_every_plot_is_drawn(opened: Opened) -> None:
    assert 'data-drawn="3"' in opened.dom
    assert opened.dom.count('<svg xmlns="http://www.w3.org/2000/svg"') >= 3


def test_the_numbers_on_screen_are_those_of_summary_json(opened: Opened, reported: Path) -> None:
    table = opened.dom[opened.dom.index('<table id="table-hello">') :]
    table = table[: table.index("</table>")]
    seen = {}
    for row in table.split("<tr>")[1:]:
        cells = {key: unescape(text) for key, text in re.findall(r'<td data-key="([^"]*)"[^>]*>(.*?)</td>', row)}
        if cells:
            seen[cells["service"]] = cells
    cells = json.loads((reported / "summary.json").read_text())["scenarios"]["hello"]["services"]
    assert seen.keys() == cells.keys()
    for name, cell in cells.items():
        for key in ("undisturbed_ratio", "throughput_ratio"):
            assert seen[name][key] == rounding.interval(Interval(**cell[key]))


def test_nothing_is_said_in_the_console(opened: Opened) -> None:
    assert opened.console == []


def test_no_request_leaves_the_machine(opened: Opened) -> None:
    assert opened.requests == []


def test_a_request_of_a_page_would_have_been_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<img src="http://127.0.0.1:9/pixel.png">')
    assert browse(page, tmp_path).requests == ["http://127.0.0.1:9/pixel.png"]


def test_the_services_in_colour_are_counted_and_can_be_chosen(opened: Opened) -> None:
    assert "Colours: 4 of 4 services; choose others" in opened.dom
    assert opened.dom.count('type="checkbox" name="coloured"') == 4
