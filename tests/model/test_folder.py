"""Records: nothing that was measured is lost, and what is read is what was written."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelground.judging import summary
from levelground.model import record
from levelground.model.folder import Folder
from levelground.showing import schema
from tests.samples import a_run, a_slice

counts = st.dictionaries(st.integers(0, 3000), st.integers(1, 10**6), max_size=5)


@settings(max_examples=25)
@given(st.lists(st.builds(a_slice, block=st.integers(0), latency=counts, example=st.none() | st.text()), max_size=5))
def test_slices_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, slices: list[record.Slice]
) -> None:
    folder = Folder.create(tmp_path_factory.mktemp("results"))
    for one in slices:
        folder.append(one)
    assert list(folder.read_slices()) == slices


def test_a_killed_run_keeps_every_finished_slice(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.append(a_slice(block=1))
    folder.append(a_slice(block=2))
    file = folder.path / "slices.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    assert [one.block for one in folder.read_slices()] == [1]


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.write_run(a_run("starlette"))
    assert folder.read_run() == a_run("starlette")


def test_latest_is_the_newest_run(tmp_path: Path) -> None:
    Folder.create(tmp_path)
    newest = Folder.create(tmp_path)
    assert (tmp_path / "latest").resolve() == newest.path.resolve()
    assert Folder(tmp_path / "latest").name == newest.name


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.write_json("summary.json", {"a": 1})
    folder.write_json("summary.json", {"a": 2})
    assert json.loads((folder.path / "summary.json").read_text()) == {"a": 2}
    assert [path.name for path in folder.path.iterdir()] == ["summary.json"]


def test_a_run_of_another_shape_is_refused_by_name_of_what_is_missing(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.write_json("run.json", {"run": "x"})
    with pytest.raises(msgspec.ValidationError, match="missing required field"):
        folder.read_run()


@pytest.mark.parametrize("kind", schema.TYPES)
def test_the_schemas_in_the_repository_are_those_of_the_code(kind: str) -> None:
    """If not: python -m levelground.showing.schema."""
    assert (schema.FOLDER / f"{kind}.schema.json").read_text() == schema.text(kind)


OLD = sorted((Path(__file__).parent.parent / "runs").glob("schema-*"))


@pytest.mark.parametrize("path", OLD, ids=[path.name for path in OLD])
def test_runs_of_every_earlier_schema_stay_readable_and_mean_the_same(path: Path) -> None:
    folder = Folder(path)
    assert (f"schema-{folder.read_run().schema}", folder.read_run().baseline) == (path.name, "starlette")
    judged = summary.of(folder.read_run(), list(folder.read_slices()), list(folder.read_blocks()))
    cells = judged.scenarios["hello"].services
    assert {name: cell.reasons for name, cell in cells.items() if name != "null"} == {
        "starlette": [],
        "starlette-twin": [],
        "go": [],
    }
    twin, go = cells["starlette-twin"].throughput_ratio, cells["go"].throughput_ratio
    assert twin is not None
    assert go is not None
    assert twin.low < 1 < twin.high
    assert 1.5 < go.estimate < 3


def test_a_run_is_always_written_in_the_newest_schema(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.write_run(a_run("starlette", schema=1))
    assert folder.read_run().schema == record.SCHEMA


def test_there_is_a_run_of_every_earlier_schema() -> None:
    assert [path.name for path in OLD] == [f"schema-{number}" for number in range(1, record.SCHEMA)]


def test_a_run_of_a_later_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.write_json("run.json", {"schema": record.SCHEMA + 1, "whatever": "comes"})
    with pytest.raises(record.TooNew, match="update it"):
        folder.read_run()
