"""Two runs as one page: the answer first, every state of a run said, and nothing of a run can inject markup."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from levelground.model.folder import Folder
from levelground.model.record import Run
from levelground.showing import changed, comparison, frame, sidebyside
from levelground.showing.comparison import Compared
from tests.samples import a_member
from tests.showing import compared
from tests.showing.reported import a_closed_run, written
from tests.showing.test_report import EVIL, specs, without_scripts


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> tuple[Compared, Path]:
    results = tmp_path_factory.mktemp("results")
    found = compared.compared(results, patch, above=0.02)
    return found, sidebyside.write(results, found)


def of(results: Path, before: Run, after: Run, blocks: int = 6) -> Compared:
    one, two = written(results, before, blocks), written(results, after, blocks)
    return comparison.of(comparison.side(one), comparison.side(two))


def test_the_page_leads_with_the_answer_and_has_every_part(made: tuple[Compared, Path]) -> None:
    found, path = made
    assert path.name == f"{compared.BEFORE}..{compared.AFTER}.html"
    page = unescape(path.read_text())
    (answer,) = changed.answers(found)
    parts = [
        "fastapi, hello: surely more than 2 % slower",
        answer.lead,
        "fastapi: framework version 0.164.0 → 0.165.0, image old → new.",
        '<table id="table-hello">',
        "When one run answers better",
        '<table id="table-environment">',
        f"make compare A={compared.BEFORE} B={compared.AFTER} FAIL_ABOVE=2%",
    ]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert answer.lead.startswith("fastapi takes 1")


def test_the_page_asks_for_nothing_and_runs_only_its_own_scripts(made: tuple[Compared, Path]) -> None:
    page = made[1].read_text()
    assert re.findall(r'<(?:script|link|img|iframe)[^>]*\s(?:src|href)="', without_scripts(page)) == []
    allowed = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert allowed
    assert unescape(allowed[1]) == frame.policy(re.findall(r"<script>(.*?)</script>", page, re.DOTALL))


def test_the_table_has_the_csv_and_the_csv_the_numbers(made: tuple[Compared, Path]) -> None:
    found, path = made
    rows = {row["service"]: row for row in csv.DictReader(io.StringIO(path.with_suffix(".csv").read_text()))}
    assert rows.keys() == {row.service for row in found.rows}
    for one in found.changes:
        assert float(rows[one.service]["time_percent"]) == one.percent.estimate
        assert float(rows[one.service]["time_percent.low"]) == one.percent.low
    assert 'download="hello.csv"' in path.read_text()


def test_what_differs_comes_before_what_does_not(made: tuple[Compared, Path]) -> None:
    page = made[1].read_text()
    other, same = page.index('<table id="table-environment">'), page.index('<table id="table-environment-same">')
    assert other < page.index("fastapi: image", other) < same < page.index(">kernel<", other)


def test_a_service_of_one_run_only_is_one_fact(tmp_path: Path) -> None:
    run = compared.second()
    found = of(tmp_path, compared.first(), replace(run, services={**run.services, "bottle": a_member()}), blocks=1)
    page = unescape(sidebyside.page(found))
    row = page[page.index('class="word">bottle</td>\n<td data-key="a"') :]
    assert row.index("not in this run") < row.index("measured")


def test_the_plot_marks_changes_and_instructions(made: tuple[Compared, Path]) -> None:
    spec = json.dumps(specs(made[1].read_text())["hello"])
    assert '"kind": "instructions"' in spec
    assert '"letter": "slower"' in spec


def test_those_that_changed_have_their_colours_first(made: tuple[Compared, Path]) -> None:
    assert sidebyside.most_changed_first(made[0])[0] == "fastapi"


def test_markdown_has_the_answer_the_table_and_the_commands(made: tuple[Compared, Path]) -> None:
    text = made[1].with_suffix(".md").read_text()
    assert text.startswith(f"### Level Ground: {compared.BEFORE} → {compared.AFTER}\n\n**fastapi, hello: surely")
    assert "| hello | fastapi | +1" in text
    assert "<details><summary>All rows</summary>" in text
    assert "make compare A=" in text


def test_a_refusal_is_a_page_with_the_reasons_and_no_script(tmp_path: Path) -> None:
    found = of(tmp_path, compared.first(), replace(compared.second(), connections=64, load="open"))
    path = sidebyside.write(tmp_path, found)
    page = unescape(path.read_text())
    assert "These runs cannot be compared" in page
    assert "connections was 16, is 64" in page
    assert "load was closed, is open" in page
    assert "<script" not in page
    assert "make bench SERVICES=" in page
    assert "- connections was 16, is 64" in path.with_suffix(".md").read_text()
    assert not path.with_suffix(".csv").exists()


def test_a_run_that_is_half_written_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "run.json").write_text('{"run": "ha')
    whole = written(tmp_path, compared.second(), 1)
    found = comparison.of(comparison.side(Folder(tmp_path / "half")), comparison.side(whole))
    page = unescape(sidebyside.page(found))
    assert "run half cannot be read: " in page
    assert compared.AFTER in page
    assert "make compare A=half" in page


def test_a_run_of_an_older_schema_is_compared_and_said_to_be_one(tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(Path(__file__).parent.parent / "runs" / "schema-2", old)
    shutil.copytree(old, tmp_path / "newer")
    (tmp_path / "newer" / "run.json").write_text((old / "run.json").read_text().replace("063a", "ffff"))
    one, two = (comparison.side(Folder(tmp_path / name)) for name in ("old", "newer"))
    found = comparison.of(one, two)
    page = unescape(sidebyside.page(found))
    assert found.refusal == ()
    assert "A: This run is of schema 2" in page


def test_runs_without_a_valid_block_say_so_and_show_the_rest(tmp_path: Path) -> None:
    found = of(tmp_path, compared.first(), replace(compared.second(), ended=None), blocks=0)
    page = unescape(sidebyside.page(found))
    assert "Nothing can be compared: none of these services has a valid cell in both runs." in page
    assert "B: This run was broken off, or is still under way" in page
    assert "0.165.0" in page


def test_a_line_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    one, two = written(tmp_path, compared.first(), 2), written(tmp_path, compared.second(), 2)
    with (two.path / "slices.jsonl").open("a") as file:
        file.write('{"block": "half of\n')
    found = comparison.of(comparison.side(one), comparison.side(two))
    page = unescape(sidebyside.page(found))
    assert found.refusal == [f"run {compared.AFTER} cannot be judged"]
    assert "B: slices.jsonl cannot be read after 8 lines" in page


def test_a_service_that_is_no_more_is_shown_and_named(tmp_path: Path) -> None:
    run = a_closed_run()
    more = {**run.services, "bottle": a_member()}
    found = of(tmp_path, replace(compared.first(), services=more), replace(compared.second(), services=more))
    page = unescape(sidebyside.page(found))
    assert "Not in compose.yaml any more: bottle." in page
    assert '<td data-key="service" class="word">bottle</td>' in page


def test_nothing_of_a_run_can_inject_markup(tmp_path: Path) -> None:
    def evil(run: Run) -> Run:
        member = a_member(role=EVIL, about={"framework": f"{EVIL}{run.run}", "limits": {EVIL: EVIL}}, problem=EVIL)
        return replace(
            run,
            services={**run.services, EVIL: member, "</style>": a_member(), "\n```\n<img>": a_member()},
            scenarios={"hello": EVIL, "</script>": EVIL},
            slice_seconds={"hello": 0.03, "</script>": 0.03},
            command=EVIL,
            started=f"{EVIL}{run.started}",
            host=run.host | {"kernel": f"{EVIL}{run.run}"},
        )

    found = of(tmp_path, evil(compared.first()), evil(compared.second()), blocks=30)
    path = sidebyside.write(tmp_path, found)
    page = path.read_text()
    assert found.refusal == ()
    assert "<script>alert" not in page
    assert "<img" not in without_scripts(page)
    assert page.count("</script>") == 5
    assert page.count("</style>") == 1
    told, _, code = path.with_suffix(".md").read_text().partition("````\n")
    assert "<script" not in told
    assert "<img" not in told
    assert code.endswith("\n````\n")
    assert code.count("````") == 1


def test_no_name_of_a_folder_leads_out_of_results(tmp_path: Path) -> None:
    odd = comparison.Side("../../<b>", None, "it is odd")
    assert sidebyside.write(tmp_path, Compared(odd, odd, refusal=["odd"])).parent == tmp_path / "compare"
