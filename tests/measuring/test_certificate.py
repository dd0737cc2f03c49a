"""What a calibration found, in words."""

import json
from pathlib import Path

import pytest

from levelground.measuring import certificate
from tests.calibration.plotted import FOUND

WORDS = (
    "generator 81,234 requests/s, 0.91 × wrk, 9.5 × FastHttpUser; "
    "slower by 1 % in 2 of 5, 2 % in 4 of 5, 5 % in 5 of 5 tries of 30 s, false alarms 1 of 5; "
    "slower 1.5 times: off by +0.4 %, 2 times: off by +0.4 %, 5 times: off by +0.4 %, 10 times: off by +0.4 %; "
    "garbage often 5.0 %: undisturbed sees 4.9 %, as it went 5.2 %, "
    "rarely 5.0 %: undisturbed sees 0.1 %, as it went 5.2 %; "
    "delays off by at most +154 µs (p50), -404 µs (p99); "
    "stall p99 1,801.0 ms for 1,800.0; "
    "slip p99 44 µs at 40,000/s; "
    "3 runs in 2.0 h: 0 of 6 ratios beyond their intervals, as it went 2; "
    "instructions and undisturbed time of 3 services: correlation 0.991"
)


def write(results: Path, text: str, name: str = "2026-01-01T00-00-00Z-0000") -> Path:
    folder = results / "calibration" / name
    folder.mkdir(parents=True)
    (folder / certificate.FILE).write_text(text)
    return results


def test_the_newest_calibration_is_told_in_one_line(tmp_path: Path) -> None:
    assert certificate.newest(write(tmp_path, json.dumps(FOUND))) == {"when": FOUND["when"], "words": WORDS}


def test_each_part_is_told_as_it_was_found_last(tmp_path: Path) -> None:
    earlier = {"when": "2026-01-01T00:00:00Z", "stall": FOUND["stall"], "slip": {**FOUND["slip"], "p99_us": 99.0}}
    write(tmp_path, json.dumps(earlier))
    later = {"when": "2026-01-02T00:00:00Z", "slip": FOUND["slip"]}
    write(tmp_path, json.dumps(later), "2026-01-02T00-00-00Z-0000")
    told = certificate.newest(tmp_path)
    assert told == {"when": later["when"], "words": "stall p99 1,801.0 ms for 1,800.0; slip p99 44 µs at 40,000/s"}


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
    noisy = {**FOUND["small"], "too_noisy": True, "dropped_blocks": 60}
    assert certificate.sentence("small", noisy).endswith("1 of 5 (too noisy: 60 of 100 blocks dropped)")
