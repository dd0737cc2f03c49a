"""Following the newest run: from one run to the next, with files that are not there or not whole."""

import shutil
from pathlib import Path

from levelground.model.folder import Folder
from levelground.showing.exporter import Exporter
from tests.samples import A_CALM_BLOCK, a_run, a_slice


def begun(results: Path, name: str = "one") -> Folder:
    folder = Folder.create(results)
    folder.write_run(a_run("starlette", run=name))
    return folder


def told(exporter: Exporter, name: str) -> str | None:
    """The value of the only series of that name."""
    lines = [line for line in exporter.text().decode().splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    assert len(lines) <= 1, lines
    return lines[0].rpartition(" ")[2] if lines else None


REQUESTS = "levelground_requests_total"


def test_without_any_run_there_is_only_what_the_export_costs(tmp_path: Path) -> None:
    text = Exporter(tmp_path / "results").text().decode()
    assert "levelground_export_cpu_seconds_total 0.0\n" in text
    assert "levelground_run" not in text


def test_a_run_is_followed_as_it_grows(tmp_path: Path) -> None:
    exporter = Exporter(tmp_path)
    folder = begun(tmp_path)
    assert told(exporter, REQUESTS) == "0.0"
    folder.append(a_slice(requests=300))
    folder.append(A_CALM_BLOCK)
    assert told(exporter, REQUESTS) == "300.0"
    assert told(exporter, "levelground_blocks_total") == "1.0"
    folder.append(a_slice(requests=100))
    assert told(exporter, REQUESTS) == "400.0"
    assert told(exporter, REQUESTS) == "400.0"


def test_what_was_there_before_is_left_out(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    folder.append(a_slice(requests=300))
    exporter = Exporter(tmp_path)
    assert told(exporter, REQUESTS) == "0.0"
    folder.append(a_slice(requests=100))
    assert told(exporter, REQUESTS) == "100.0"


def test_the_last_slices_of_a_run_count_though_the_next_one_has_begun(tmp_path: Path) -> None:
    exporter = Exporter(tmp_path)
    first = begun(tmp_path)
    first.append(a_slice(requests=300))
    assert told(exporter, REQUESTS) == "300.0"
    first.append(a_slice(requests=100))
    begun(tmp_path, "two").append(a_slice(requests=7))
    assert told(exporter, REQUESTS) == "407.0"
    assert 'run="two"' in exporter.text().decode()


def test_a_run_that_has_only_its_folder_is_waited_for(tmp_path: Path) -> None:
    exporter = Exporter(tmp_path)
    begun(tmp_path).append(a_slice(requests=300))
    next_one = Folder.create(tmp_path)
    (next_one.path / "run.json").write_text('{"run": ')
    assert told(exporter, REQUESTS) is None
    next_one.write_run(a_run("starlette", run="two"))
    assert told(exporter, REQUESTS) == "0.0"


def test_a_folder_that_was_removed_is_survived(tmp_path: Path) -> None:
    exporter = Exporter(tmp_path)
    folder = begun(tmp_path)
    folder.append(a_slice(requests=300))
    assert told(exporter, REQUESTS) == "300.0"
    shutil.rmtree(folder.path)
    assert told(exporter, REQUESTS) == "300.0"
    (tmp_path / "latest").unlink()
    assert told(exporter, REQUESTS) == "300.0"


def test_what_is_known_of_the_cells_by_now_is_shown_while_the_run_goes_on(tmp_path: Path) -> None:
    exporter = Exporter(tmp_path)
    folder = begun(tmp_path)
    for block in range(20):
        folder.append(a_slice(block=block))
        folder.append(type(A_CALM_BLOCK)(**(vars(A_CALM_BLOCK) | {"block": block})))
    assert told(exporter, "levelground_cell_valid") == "1.0"


def test_scenarios_are_judged_in_turns(tmp_path: Path) -> None:
    exporter = Exporter(tmp_path)
    folder = begun(tmp_path)
    folder.write_run(a_run("starlette", scenarios={"hello": "00", "json": "01"}))
    for block in range(40):
        scenario = ("hello", "json")[block % 2]
        folder.append(a_slice(block=block, scenario=scenario))
        folder.append(type(A_CALM_BLOCK)(**(vars(A_CALM_BLOCK) | {"block": block, "scenario": scenario})))
    exporter.text()
    text = exporter.text().decode()
    for scenario in ("hello", "json"):
        assert f'levelground_cell_valid{{scenario="{scenario}",service="starlette"}} 1.0' in text
