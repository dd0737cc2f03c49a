"""A run that goes on, judged again and again."""

from dataclasses import replace
from pathlib import Path

import pytest

from levelground.judging import live as judging
from levelground.judging import summary, undisturbed
from levelground.judging.live import Live
from levelground.model.folder import Folder
from levelground.model.record import Slice
from tests.judging.test_summary import undisturbed_run, undisturbed_slices
from tests.samples import A_CALM_BLOCK


def blocks_of(slices: list[Slice]) -> list[list[Slice]]:
    return [[one for one in slices if one.block == block] for block in dict.fromkeys(one.block for one in slices)]


def grow(folder: Folder, block: list[Slice]) -> None:
    for one in block:
        folder.append(one)
    folder.append(replace(A_CALM_BLOCK, block=block[0].block, round=block[0].round))


def test_after_every_block_it_has_the_table_of_all_that_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undisturbed, "RESAMPLES", judging.RESAMPLES)
    folder, run = Folder.create(tmp_path), undisturbed_run()
    folder.write_run(run)
    live = Live(folder)
    for number, block in enumerate(blocks_of(undisturbed_slices({"starlette": 50.0, "fast": 40.0}))):
        grow(folder, block)
        if number % 7 == 0:
            table = live.table(live.read(), "hello")
            whole = summary.of(run, *folder.read_all()).scenarios["hello"]
            assert table.blocks == whole.blocks == number + 1
            for name, cell in table.services.items():
                assert cell.undisturbed_ratio == whole.services[name].undisturbed_ratio
                assert cell.latency_us == whole.services[name].latency_us
    assert table.services["fast"].group == "a"


def test_a_line_that_is_not_whole_yet_is_read_when_it_is(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path)
    folder.write_run(undisturbed_run())
    live = Live(folder)
    live.read()
    assert live.slices == {}
    first, second = undisturbed_slices({"starlette": 50.0, "fast": 40.0}, blocks=1)
    folder.append(first)
    folder.append(second)
    whole = (folder.path / "slices.jsonl").read_bytes()
    (folder.path / "slices.jsonl").write_bytes(whole[:-9])
    live.read()
    assert live.slices["hello"] == [first]
    (folder.path / "slices.jsonl").write_bytes(whole)
    live.read()
    live.read()
    assert live.slices["hello"] == [first, second]
