"""What a calibration found, in words."""

import json
from pathlib import Path

import pytest

from levelground.measuring import certificate
from tests.calibration.plotted import FOUND

WORDS = (
    "generator 81,234 requests/s, 0.91 × wrk, 9.5 × FastHttpUser; "
    "twins 1 false alarm of 3, bias +0.12 %; "
    "slowdown found: 1 % in 2 of 5, 2 % in 4 of 5, 5 % in 5 of 5 tries of 2.0 min; "
    "delays off by at most +154 µs (p50), -404 µs (p99); "
    "stall p99 1,801.0 ms for 1,800.0; "
    "slip p99 44 µs at 40,000/s; "
    "one after the other errs by 8.2 %, our blocks by 1.1 %"
)


def write(results: Path, text: str) -> Path:
    folder = results / "calibration" / "2026-01-01T00-00-00Z-0000"
    folder.mkdir(parents=True)
    (folder.parent / "latest").symlink_to(folder.name)
    (folder / certificate.FILE).write_text(text)
    return results


def test_the_newest_calibration_is_told_in_one_line(tmp_path: Path) -> None:
    assert certificate.newest(write(tmp_path, json.dumps(FOUND))) == {"when": FOUND["when"], "words": WORDS}


def test_parts_that_were_not_made_are_not_told() -> None:
    assert certificate.words({"when": "", "stall": FOUND["stall"]}) == "stall p99 1,801.0 ms for 1,800.0"


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"generator": {"wrk_ratio": {"estimate": 1}}}', '{"when": "2026-01-01T00:00:00Z", "details": {}}'],
)
def test_a_calibration_that_found_nothing_is_none(tmp_path: Path, text: str) -> None:
    assert certificate.newest(write(tmp_path, text)) is None


def test_a_stand_that_was_never_calibrated_has_none(tmp_path: Path) -> None:
    assert certificate.newest(tmp_path) is None


def test_a_part_in_which_the_host_was_too_noisy_says_so() -> None:
    noisy = {**FOUND["twins"], "too_noisy": True, "dropped_blocks": 60, "bias_percent": None}
    assert certificate.sentence("twins", noisy) == ("twins 1 false alarm of 3 (too noisy: 60 of 100 blocks dropped)")
