"""Records: nothing that was measured is lost, and what is read is what was written."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelground import record, schema
from tests.samples import a_run, a_slice

counts = st.dictionaries(st.integers(0, 3000), st.integers(1, 10**6), max_size=5)


@settings(max_examples=25)
@given(st.lists(st.builds(a_slice, block=st.integers(0), latency=counts, example=st.none() | st.text()), max_size=5))
def test_slices_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, slices: list[record.Slice]
) -> None:
    folder = record.Folder.create(tmp_path_factory.mktemp("results"))
    for one in slices:
        folder.append(one)
    assert list(folder.read_slices()) == slices


def test_a_killed_run_keeps_every_finished_slice(tmp_path: Path) -> None:
    folder = record.Folder.create(tmp_path)
    folder.append(a_slice(block=1))
    folder.append(a_slice(block=2))
    file = folder.path / "slices.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    assert [one.block for one in folder.read_slices()] == [1]


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = record.Folder.create(tmp_path)
    folder.write_run(a_run("starlette"))
    assert folder.read_run() == a_run("starlette")


def test_latest_is_the_newest_run(tmp_path: Path) -> None:
    record.Folder.create(tmp_path)
    newest = record.Folder.create(tmp_path)
    assert (tmp_path / "latest").resolve() == newest.path.resolve()
    assert record.Folder(tmp_path / "latest").name == newest.name


def test_only_one_measurement_at_a_time(tmp_path: Path) -> None:
    with (
        record.alone(tmp_path),
        pytest.raises(record.Busy, match="another run is under way"),
        record.alone(tmp_path),
    ):
        pass
    with record.alone(tmp_path):
        pass


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    folder = record.Folder.create(tmp_path)
    folder.write_json("summary.json", {"a": 1})
    folder.write_json("summary.json", {"a": 2})
    assert json.loads((folder.path / "summary.json").read_text()) == {"a": 2}
    assert [path.name for path in folder.path.iterdir()] == ["summary.json"]


def test_a_run_of_another_shape_is_refused_by_name_of_what_is_missing(tmp_path: Path) -> None:
    folder = record.Folder.create(tmp_path)
    folder.write_json("run.json", {"run": "x"})
    with pytest.raises(msgspec.ValidationError, match="missing required field"):
        folder.read_run()


@pytest.mark.parametrize("kind", schema.TYPES)
def test_the_schemas_in_the_repository_are_those_of_the_code(kind: str) -> None:
    """If not: python -m levelground.schema."""
    assert (schema.FOLDER / f"{kind}.schema.json").read_text() == schema.text(kind)
