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
    assert list(drawn) == ["twins", "slowdown", "delay", "stall", "slip", "protocol"]
    for svg in drawn.values():
        assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_same_numbers_give_the_same_bytes(drawn: dict[str, str]) -> None:
    assert plots.draw(FOUND) == drawn


def test_parts_that_were_not_made_are_not_drawn() -> None:
    assert list(plots.draw({"stall": FOUND["stall"], "details": FOUND["details"]})) == ["stall"]


def test_words_stay_words(drawn: dict[str, str]) -> None:
    assert "1 of 3 whose interval leaves out 1" in drawn["twins"]
    assert "exponential" in drawn["delay"]
    assert "15.0 s each" in drawn["protocol"]


def test_parts_without_a_single_comparison_are_drawn_empty() -> None:
    nothing = {"found": 0, "tries": 0, "estimate_percent": None, "estimate_interval": None, "minutes": 0.0}
    found = {
        "twins": {"comparisons": 0, "false_alarms": 0},
        "slowdown": dict.fromkeys(("1", "2", "5"), nothing),
        "protocol": {"turn_seconds": 1.0},
        "details": {
            "twins": {"intervals": []},
            "slowdown": {percent: {"tries": []} for percent in ("1", "2", "5")},
            "protocol": {"usual_percent": [1.0], "ours_percent": []},
        },
    }
    assert list(plots.draw(found)) == ["twins", "slowdown", "protocol"]


def test_the_page_needs_nothing_else_and_has_all_numbers_and_plots(tmp_path: Path, drawn: dict[str, str]) -> None:
    sheet.write(tmp_path, FOUND)
    page = (tmp_path / sheet.FILE).read_text()
    assert all(svg in page for svg in drawn.values())
    assert all(title in unescape(page) for title in sheet.TITLES.values())
    assert "<td>1 estimate_percent</td><td>1</td>" in page
    assert "<td>requests_per_second</td><td>81,234</td>" in page
    assert not re.search(r'(src|href)="(?!#)', page.replace("xlink:href", "href"))
    assert {path.name for path in tmp_path.iterdir()} == {sheet.FILE, *(f"{part}.svg" for part in drawn)}


def test_what_a_calibration_found_is_text_on_its_page_and_never_markup() -> None:
    found = {**FOUND, "when": "<b>now</b>", "twins": {**FOUND["twins"], "<i>": "a & b"}}
    page = sheet.page(found, {})
    assert "<title>Level Ground, calibrated &lt;b&gt;now&lt;/b&gt;</title>" in page
    assert "<td>&lt;i&gt;</td><td>a &amp; b</td>" in page


def test_no_two_marks_of_the_page_share_an_id(drawn: dict[str, str]) -> None:
    ids = [each for svg in drawn.values() for each in set(re.findall(r' id="([^"]+)"', svg))]
    assert len(ids) == len(set(ids))
