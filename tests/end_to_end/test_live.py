"""The live page in a real browser, while `make bench` measures and after it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from levelground.model.interval import Interval
from levelground.showing import rounding
from tests.browser import Page
from tests.end_to_end import runs
from tests.end_to_end.page import UI
from tests.end_to_end.runs import Running

pytestmark = pytest.mark.usefixtures("up")
SHOWN = "[...document.querySelectorAll('#rows tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
CHOSEN = "document.activeElement.closest('tr')?.dataset.service"


@dataclass(frozen=True)
class Seen:
    """A run, as the page had it."""

    drawn: int
    """How often the page was drawn while the run went on."""
    chosen: str
    """Whose details were opened by keyboard alone."""
    plots: int
    focused: str
    """What had the focus some updates later."""
    table: list[list[str]]
    """After the run: letter, service, value, verdict."""
    progress: str
    console: list[str]
    requests: list[str]
    output: str
    summary: Any


def ratio(cell: Any) -> str:
    """As the page shows it; a busy host may have left nothing of a cell."""
    return rounding.interval(Interval(**cell["undisturbed_ratio"]) if cell["undisturbed_ratio"] else None)


@pytest.fixture(scope="module")
def seen(browser: Page, up: str) -> Seen:
    del up
    measuring = Running(
        "SERVICES=starlette,fastapi,go,starlette-twin", "SCENARIOS=hello,json", "MINUTES=0.6", "ROUNDS=2"
    )
    browser.look_like(1440, 900)
    browser.open(f"{UI}/compare")
    browser.wait_for(f"document.getElementById('run').innerText === 'run {measuring.folder.name}'")
    browser.wait_for("document.querySelectorAll('#rows tr').length === 4")
    browser.wait_for("document.documentElement.dataset.drawn")
    for _ in range(40):
        browser.press("Tab")
        if browser.evaluate(CHOSEN):
            break
    chosen = browser.evaluate(CHOSEN)
    browser.press("Enter")
    browser.wait_for("document.querySelectorAll('#figures svg').length > 0")
    drawn = int(browser.evaluate("document.documentElement.dataset.drawn"))
    browser.wait_for(f"document.documentElement.dataset.drawn > {drawn + 3}")
    focused = browser.evaluate(CHOSEN)
    output = measuring.finish()
    browser.wait_for("document.getElementById('progress').innerText.startsWith('over')")
    summary = runs.summary(measuring.folder)
    wanted = ratio(summary["scenarios"]["hello"]["services"]["go"])
    browser.wait_for(f"({SHOWN}).some((row) => row[2] === {json.dumps(wanted)})")
    return Seen(
        drawn=int(browser.evaluate("document.documentElement.dataset.drawn")),
        chosen=chosen,
        plots=browser.evaluate("document.querySelectorAll('#figures svg').length"),
        focused=focused,
        table=browser.evaluate(SHOWN),
        progress=browser.text("#progress"),
        console=list(browser.console),
        requests=list(browser.requests),
        output=output,
        summary=summary,
    )


def test_make_bench_says_where_it_can_be_watched(seen: Seen) -> None:
    assert f"watch it at {UI}/compare" in seen.output


def test_the_page_is_drawn_again_and_again_and_the_keyboard_is_enough(seen: Seen) -> None:
    assert seen.drawn > 5
    assert seen.chosen == seen.focused
    assert seen.plots == 2


def test_the_numbers_on_screen_are_those_of_summary_json(seen: Seen) -> None:
    table = seen.summary["scenarios"]["hello"]["services"]
    assert {row[1].split()[-1] for row in seen.table} == set(table)
    for letter, service, value, _ in seen.table:
        cell = table[service.split()[-1]]
        assert value == ratio(cell)
        assert letter == (cell["group"] or "–")
    assert seen.progress == "over: its time was over"


def test_nothing_is_complained_of_and_no_request_leaves_the_stand(seen: Seen) -> None:
    assert seen.console == []
    assert seen.requests
    assert [one for one in seen.requests if not one.startswith(f"{UI}/")] == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_nothing_is_cut_off_at_any_width(browser: Page, seen: Seen, width: int, scheme: Any, tmp_path: Path) -> None:
    del seen
    browser.look_like(width, 900, scheme)
    browser.wait_for("document.querySelectorAll('#plot svg').length === 1")
    browser.wait_for(f"document.documentElement.scrollWidth <= {width}")
    browser.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 10_000
