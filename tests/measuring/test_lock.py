"""The stand's lock: one holder, who is named to everybody else."""

from pathlib import Path

import pytest

from levelground.measuring import lock


def test_whoever_comes_second_is_told_who_has_the_stand(tmp_path: Path) -> None:
    with (
        lock.alone("make bench", tmp_path),
        pytest.raises(lock.Busy, match=r"another run is under way on this stand: make bench, since 20\d\d-"),
        lock.alone("make conformance", tmp_path),
    ):
        pass


def test_the_stand_is_free_again_after_a_run_and_nobody_is_named(tmp_path: Path) -> None:
    with lock.alone("make bench", tmp_path):
        pass
    assert (tmp_path / ".lock").read_text() == ""
    with lock.alone("make conformance", tmp_path):
        assert "make conformance" in (tmp_path / ".lock").read_text()


def test_what_a_killed_run_left_in_the_file_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("another run is under way on this stand: make bench\n")
    with lock.alone("make up", tmp_path):
        assert "make bench" not in (tmp_path / ".lock").read_text()
