"""Calibration: what becomes of its parts, and of those that fail."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from levelground.calibration import lanes, parts, recorded, sheet, timing
from levelground.measuring import certificate
from levelground.stand import catalog
from tests.calibration.plotted import FOUND

STANZAS = yaml.safe_load(catalog.COMPOSE_FILE.read_text())


def calibrated(monkeypatch: pytest.MonkeyPatch, results: Path, **outcomes: Any) -> tuple[int, dict[str, Any]]:
    """Runs these parts, each an outcome or what it raises, in place of the real ones."""

    def make(outcome: Any) -> parts.Part:
        def part(seconds: float) -> timing.Found:
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome, FOUND["details"]["stall"]

        return parts.Part(part, 1)

    monkeypatch.setattr(parts, "RESULTS", results)
    monkeypatch.setattr(parts, "PARTS", {name: make(outcome) for name, outcome in outcomes.items()})
    code = parts.run(list(outcomes), 1.0)
    return code, json.loads((results / "calibration" / "latest" / certificate.FILE).read_text())


def test_parts_are_kept_under_their_names_with_when_and_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = calibrated(monkeypatch, tmp_path, stall=FOUND["stall"])
    assert code == 0
    assert {"when", "host", "stall", "details"} <= set(found)
    assert "stall p99 1,801.0 ms for 1,800.0" in capsys.readouterr().out
    assert (tmp_path / "calibration" / "latest" / "calibration.html").exists()
    assert (tmp_path / "calibration" / "latest" / "stall.svg").exists()


def test_a_part_that_fails_says_why_and_the_others_are_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = RuntimeError("the null service failed")
    code, found = calibrated(monkeypatch, tmp_path, generator=failed, stall=FOUND["stall"])
    assert code == 1
    assert "generator" not in found
    assert "stall" in found
    assert "generator: the null service failed" in capsys.readouterr().err


def test_an_interrupted_calibration_keeps_the_parts_that_were_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, found = calibrated(monkeypatch, tmp_path, stall=FOUND["stall"], slip=KeyboardInterrupt())
    assert (code, "stall" in found, "slip" in found) == (1, True, False)


def test_a_part_that_finds_too_few_runs_says_so_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = calibrated(
        monkeypatch, tmp_path, stall=FOUND["stall"], tomorrow=recorded.TooFewRuns("needs two runs")
    )
    assert (code, "tomorrow" in found) == (0, False)
    assert "tomorrow: needs two runs" in capsys.readouterr().err


def test_every_part_has_words_and_a_title() -> None:
    assert list(parts.PARTS) == list(certificate.SENTENCES) == list(sheet.TITLES)


@pytest.mark.parametrize("name", parts.CONTAINERS)
def test_what_only_a_calibration_needs_has_the_services_limits_and_no_role(name: str) -> None:
    stanza = STANZAS["services"][name]
    assert stanza["profiles"] == ["calibrate"]
    assert not {"x-role", "ports"} & set(stanza)
    assert {key: stanza.get(key) for key in STANZAS["x-service"]} == STANZAS["x-service"]


def test_the_slowed_service_is_of_the_baselines_image() -> None:
    assert STANZAS["services"][lanes.SLOWED.name]["image"] == STANZAS["services"]["starlette"]["image"]
