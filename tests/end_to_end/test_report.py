"""The report in a real browser: the numbers of summary.json, no error, and no request."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from levelground.model.interval import Interval
from levelground.showing import material, report, rounding
from tests.showing.reported import a_closed_run, written

QUIET = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-extensions --disable-default-apps --disable-domain-reliability "
    "--disable-features=OptimizationHints,MediaRouter,Translate --enable-logging=stderr --virtual-time-budget=20000"
).split()


@dataclass(frozen=True)
class Opened:
    """A page after its scripts have run."""

    dom: str
    console: list[str]
    requests: list[str]
    """Addresses that the browser asked for, but for files and what the page itself holds."""
    summary: dict[str, Any]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    browser = shutil.which("chromium")
    assert browser, "chromium is not installed"
    folder = written(tmp_path_factory.mktemp("results"), a_closed_run())
    path = report.write(folder, material.read(folder))
    log = folder.path / "net.json"
    done = subprocess.run(
        [
            browser,
            *QUIET,
            f"--user-data-dir={folder.path / 'browser'}",
            f"--log-net-log={log}",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return Opened(
        dom=done.stdout,
        console=[line for line in done.stderr.splitlines() if "CONSOLE" in line],
        requests=re.findall(r'"url":"((?:https?|wss?|ftp)://[^"]+)"', log.read_text()),
        summary=json.loads((folder.path / "summary.json").read_text()),
    )


def test_every_plot_is_drawn(opened: Opened) -> None:
    assert 'data-drawn="3"' in opened.dom
    assert opened.dom.count('<svg xmlns="http://www.w3.org/2000/svg"') >= 3


def test_the_numbers_on_screen_are_those_of_summary_json(opened: Opened) -> None:
    table = opened.dom[opened.dom.index('<table id="table-hello">') :]
    table = table[: table.index("</table>")]
    seen = {}
    for row in table.split("<tr>")[1:]:
        cells = {key: unescape(text) for key, text in re.findall(r'<td data-key="([^"]*)"[^>]*>(.*?)</td>', row)}
        if cells:
            seen[cells["service"]] = cells
    cells = opened.summary["scenarios"]["hello"]["services"]
    assert seen.keys() == cells.keys()
    for name, cell in cells.items():
        for key in ("undisturbed_ratio", "throughput_ratio"):
            assert seen[name][key] == rounding.interval(Interval(**cell[key]))


def test_nothing_is_said_in_the_console(opened: Opened) -> None:
    assert opened.console == []


def test_no_request_leaves_the_machine(opened: Opened) -> None:
    assert opened.requests == []


def test_the_services_in_colour_are_counted_and_can_be_chosen(opened: Opened) -> None:
    assert "Colours: 4 of 4 services; choose others" in opened.dom
    assert opened.dom.count('type="checkbox" name="coloured"') == 4
