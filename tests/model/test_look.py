"""Looks at a run, and the time that the generator leaves for them."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from levelground.model import look
from levelground.model.look import Patience, announced


class Clock:
    """Time passes when somebody sleeps; `at_end` is called after so many seconds of it."""

    def __init__(self, seconds: float = 100.0, at_end: Callable[[], None] = lambda: None) -> None:
        self.now, self._end, self._at_end = 0.0, seconds, at_end

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self._end:
            self._at_end()


def waited(folder: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, *spent: float) -> float:
    monkeypatch.setattr(look, "time", clock)
    patience = Patience(folder)
    for seconds in spent:
        patience.wait(seconds)
    return clock.now


def test_where_nobody_looks_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with announced(tmp_path):
        pass
    assert waited(tmp_path, monkeypatch, Clock(), 10.0, 10.0) == 0.0


def test_a_look_that_takes_long_has_a_share_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with announced(tmp_path):
        assert waited(tmp_path, monkeypatch, Clock(), *[0.5] * 20) == pytest.approx(look.SHARE * 10, rel=0.1)
        assert waited(tmp_path, monkeypatch, Clock(), 1000.0) == pytest.approx(look.MOST_SECONDS, rel=0.01)


def test_the_end_of_a_look_is_the_end_of_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with announced(tmp_path):
        clock = Clock(0.1, (tmp_path / ".look").unlink)
        assert waited(tmp_path, monkeypatch, clock, 1000.0) == pytest.approx(0.1, abs=0.01)


def test_who_died_while_looking_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with announced(tmp_path):
        long_ago = time.time() - look.STALE_SECONDS - 1
        os.utime(tmp_path / ".look", (long_ago, long_ago))
        assert waited(tmp_path, monkeypatch, Clock(), 1000.0) == 0.0


def test_a_folder_that_cannot_be_written_to_is_looked_at_all_the_same(tmp_path: Path) -> None:
    with announced(tmp_path / "gone"):
        pass
