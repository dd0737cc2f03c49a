"""Pages in a real browser: the numbers of summary.json, no error, no request, and the keyboard is enough."""

import json
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from levelground.model.interval import Interval
from levelground.showing import comparison, material, report, rounding, sidebyside
from levelground.showing.comparison import Side
from tests.browser import Page, Scheme
from tests.showing import compared as two_runs
from tests.showing.reported import a_closed_run, written


@dataclass(frozen=True)
class Opened:
    """A page after its scripts have run."""

    dom: str
    console: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with its report."""
    folder = written(tmp_path_factory.mktemp("results"), a_closed_run())
    report.write(folder, material.read(folder))
    return folder.path


def drawn(browser: Page, file: Path) -> Page:
    """A page, opened, when its plots are there."""
    browser.look_like(1440, 900)
    browser.open(file.as_uri())
    browser.wait_for("document.documentElement.dataset.drawn")
    return browser


@pytest.fixture(scope="module")
def opened(browser: Page, reported: Path) -> Opened:
    page = drawn(browser, reported / report.FILE)
    return Opened(page.dom, list(page.console), list(page.requests))


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


def test_a_request_of_a_page_and_a_word_in_the_console_would_have_been_seen(browser: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text('<img src="http://127.0.0.1:9/pixel.png"><script>console.log("a word"); nothing.at.all</script>')
    browser.open(file.as_uri())
    assert browser.requests == ["http://127.0.0.1:9/pixel.png"]
    assert "a word" in browser.console
    assert any("nothing is not defined" in one for one in browser.console)


def test_the_services_in_colour_are_counted_and_can_be_chosen(opened: Opened) -> None:
    assert "Colours: 4 of 4 services; choose others" in opened.dom
    assert opened.dom.count('type="checkbox" name="coloured"') == 4


def test_the_colours_are_chosen_with_the_keyboard_alone(browser: Page, reported: Path) -> None:
    page = drawn(browser, reported / report.FILE)
    colour = page.evaluate("""getComputedStyle(document.querySelector('input[value="starlette"] + span')).color""")
    in_colour = f"""[...document.querySelectorAll('#plot-hello svg path')].filter(one =>
        getComputedStyle(one).fill === {json.dumps(colour)}).length"""
    assert page.evaluate(in_colour) > 0
    tab_to(page, "document.activeElement.matches('.colours > summary')")
    assert not page.evaluate("document.querySelector('.colours').open")
    page.press("Enter")
    page.wait_for("document.querySelector('.colours').open")
    tab_to(page, """document.activeElement.matches('input[value="starlette"]')""")
    page.press("Space")
    assert page.wait_for("document.querySelector('#coloured-count').textContent.startsWith('Colours: 3 of 4')")
    page.wait_for(f"{in_colour} === 0")
    page.press("Space")
    page.wait_for(f"{in_colour} > 0")
    assert page.console == []


def test_every_stop_of_the_tab_key_can_be_seen(browser: Page, reported: Path) -> None:
    page = drawn(browser, reported / report.FILE)
    seen = set()
    for _ in range(200):
        page.press("Tab")
        stop = page.evaluate("[...document.body.querySelectorAll('*')].indexOf(document.activeElement)")
        if stop < 0 or stop in seen:
            break
        seen.add(stop)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", stop
    assert len(seen) > 10


def tab_to(page: Page, is_there: str) -> None:
    """Presses Tab until the focus is there."""
    for _ in range(100):
        page.press("Tab")
        if page.evaluate(is_there):
            return
    raise AssertionError(f"the tab key never leads to: {is_there}")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two runs."""
    results = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        return sidebyside.write(results, two_runs.compared(results, patch))


def test_two_runs_are_drawn_in_silence(browser: Page, compared: Path) -> None:
    page = drawn(browser, compared)
    assert page.evaluate("document.documentElement.dataset.drawn") == "1"
    assert (page.console, page.requests) == ([], [])
    assert "slower" in page.text("#plot-hello")
    assert "fastapi takes" in page.text(".card .headline")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_no_page_is_wider_than_the_window_and_each_has_its_colours(
    browser: Page, reported: Path, compared: Path, size: tuple[int, int], scheme: Scheme
) -> None:
    for file in (reported / report.FILE, compared):
        page = drawn(browser, file)
        page.look_like(*size, scheme)
        page.wait_for("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("innerWidth") == size[0]
        light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert light == (scheme == "light")


def test_a_refusal_opens_in_silence(browser: Page, tmp_path: Path) -> None:
    one, two = (Side(name, None, f"run {name} cannot be read") for name in ("a", "b"))
    page = browser.open(sidebyside.write(tmp_path, comparison.of(one, two)).as_uri())
    assert "run a cannot be read" in page.text(".refusal")
    assert page.console == []
