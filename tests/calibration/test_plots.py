"""The plots and the page of a calibration: from its numbers alone, and the same for the same numbers."""

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from levelground.calibration import plots, sheet
from tests.calibration.plotted import FOUND


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return plots.draw(FOUND)


def test_there_is_a_plot_of_every_part_but_the_generator(drawn: dict[str, str]) -> None:
    assert list(drawn) == ["small", "scale", "garbage", "delay", "stall", "slip", "tomorrow", "clock"]
    for svg in drawn.values():
        assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.fixture(scope="module")
def sheet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheet")
    sheet.write(folder, FOUND)
    return folder


def test_the_same_numbers_give_the_same_bytes(drawn: dict[str, str], sheet_folder: Path) -> None:
    assert {path.stem: path.read_text() for path in sheet_folder.glob("*.svg")} == drawn


def test_parts_that_were_not_made_are_not_drawn() -> None:
    assert list(plots.draw({"stall": FOUND["stall"], "details": FOUND["details"]})) == ["stall"]


def test_words_stay_words(drawn: dict[str, str]) -> None:
    assert "all blocks together" in drawn["small"]
    assert "exponential" in drawn["delay"]
    assert "ratio by its mean over 3 runs" in drawn["tomorrow"]


def test_parts_without_a_single_comparison_are_drawn_empty() -> None:
    nothing = {"truth_percent": 1.0, "found": 0, "tries": 0, "estimate_percent": None, "estimate_interval": None}
    none_seen = {"truth": 0.5, "undisturbed_error_interval": None, "as_it_went_error_interval": None}
    found = {
        "small": dict.fromkeys(("0 again", "1", "2", "5"), nothing),
        "scale": dict.fromkeys(("1.5", "2"), none_seen),
        "clock": {"points": 0, "instructions_per_us": None, "outliers": {}},
        "details": {
            "small": {name: {"tries": []} for name in ("0 again", "1", "2", "5")},
            "scale": {},
            "clock": {"points": {}},
        },
    }
    assert list(plots.draw(found)) == ["small", "scale", "clock"]


def test_the_page_needs_nothing_else_and_has_all_numbers_and_plots(sheet_folder: Path, drawn: dict[str, str]) -> None:
    page = (sheet_folder / sheet.FILE).read_text()
    assert all(svg in page for svg in drawn.values())
    assert all(title in unescape(page) for title in sheet.TITLES.values())
    assert "<td>1 estimate_percent</td><td>1.02</td>" in page
    assert "<td>requests_per_second</td><td>81,234</td>" in page
    assert not re.search(r'(src|href)="(?!#)', page.replace("xlink:href", "href"))
    assert {path.name for path in sheet_folder.iterdir()} == {sheet.FILE, *(f"{part}.svg" for part in drawn)}


def test_what_a_calibration_found_is_text_on_its_page_and_never_markup() -> None:
    found = {**FOUND, "when": "<b>now</b>", "clock": {**FOUND["clock"], "<i>": "a & b"}}
    page = sheet.page(found, {})
    assert "<title>Level Ground, calibrated &lt;b&gt;now&lt;/b&gt;</title>" in page
    assert "<td>&lt;i&gt;</td><td>a &amp; b</td>" in page


def test_no_two_marks_of_the_page_share_an_id(drawn: dict[str, str]) -> None:
    ids = [each for svg in drawn.values() for each in set(re.findall(r' id="([^"]+)"', svg))]
    assert len(ids) == len(set(ids))
