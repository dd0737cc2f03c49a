"""Following a file that another process writes: every whole line once, whatever its end looks like."""

from pathlib import Path

import pytest

from levelground.model import tail
from levelground.model.folder import Folder
from levelground.model.record import Slice
from levelground.model.tail import Tail
from tests.samples import a_slice


def blocks(of: Tail[Slice]) -> list[int]:
    return [one.block for one in of.read()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder.create(tmp_path)


@pytest.fixture
def following(folder: Folder) -> Tail[Slice]:
    return Tail(folder.path / "slices.jsonl", Slice)


def test_a_file_that_is_not_there_has_no_lines(following: Tail[Slice]) -> None:
    following.skip()
    assert blocks(following) == []


def test_every_line_is_read_once(folder: Folder, following: Tail[Slice]) -> None:
    folder.append(a_slice(block=1))
    folder.append(a_slice(block=2))
    assert blocks(following) == [1, 2]
    assert blocks(following) == []
    folder.append(a_slice(block=3))
    assert blocks(following) == [3]


def test_a_line_is_read_once_it_is_whole(folder: Folder, following: Tail[Slice]) -> None:
    folder.append(a_slice(block=1))
    file = folder.path / "slices.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    assert blocks(following) == []
    file.write_bytes(whole)
    assert blocks(following) == [1]


def test_what_was_skipped_is_not_read_but_the_line_under_way_is(folder: Folder, following: Tail[Slice]) -> None:
    folder.append(a_slice(block=1))
    folder.append(a_slice(block=2))
    file = folder.path / "slices.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    following.skip()
    file.write_bytes(whole)
    assert blocks(following) == [2]


def test_a_line_that_is_no_record_is_left_out(folder: Folder, following: Tail[Slice]) -> None:
    folder.append(a_slice(block=1))
    with (folder.path / "slices.jsonl").open("ab") as file:
        file.write(b'{"block": \n')
    folder.append(a_slice(block=2))
    assert blocks(following) == [1, 2]


def test_a_long_file_is_read_in_parts(folder: Folder, following: Tail[Slice], monkeypatch: pytest.MonkeyPatch) -> None:
    for block in range(5):
        folder.append(a_slice(block=block))
    size = (folder.path / "slices.jsonl").stat().st_size
    monkeypatch.setattr(tail, "AT_ONCE", size // 2)
    assert blocks(following) == [0, 1]
    assert blocks(following) == [2, 3]
    assert blocks(following) == [4]
