"""Calibration: what it says of columns whose truth is known, and what becomes of parts that fail."""

import importlib.util
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import pytest
import yaml

from levelground.calibration import parts, timing
from levelground.judging.statistics import Floats
from levelground.measuring import certificate
from levelground.stand import catalog
from tests.calibration.plotted import FOUND

STANZAS = yaml.safe_load(catalog.COMPOSE_FILE.read_text())


def rates(blocks: int, *ratios: float, noise: float = 0.1, seed: int = 1) -> Floats:
    """Columns whose true ratios to the first are known, under a drift that all share."""
    random = np.random.default_rng(seed)
    drift = np.exp(np.cumsum(random.normal(0, 0.05, blocks)))[:, None]
    own: Floats = 1000 * drift * np.exp(random.normal(0, noise, (blocks, 1 + len(ratios))))
    own[:, 1:] *= ratios
    return own


def test_true_twins_raise_few_false_alarms_and_show_no_bias() -> None:
    seen, _ = parts.compare_twins(rates(8000, 1.0), 40)
    assert seen["comparisons"] == 200
    assert seen["false_alarms"] <= 18
    assert abs(seen["bias_percent"]) < 0.5
    assert seen["bias_interval"].low < 1.0 < seen["bias_interval"].high


def test_a_difference_between_twins_is_seen_as_bias_and_as_alarms() -> None:
    seen, _ = parts.compare_twins(rates(8000, 1.05), 40)
    assert seen["bias_percent"] == pytest.approx(5, abs=0.5)
    assert seen["false_alarms"] > 80


def test_no_more_intervals_are_kept_than_a_plot_can_show() -> None:
    _, details = parts.compare_twins(rates(4100, 1.0), 10)
    estimates = [one.estimate for one in details["intervals"]]
    assert len(estimates) == parts.DRAWN
    assert estimates == sorted(estimates)


@pytest.mark.parametrize("blocks", [0, 1, 39])
def test_too_few_blocks_make_no_comparison(blocks: int) -> None:
    seen, details = parts.compare_twins(rates(blocks, 1.0), 40)
    assert (seen["comparisons"], seen["false_alarms"], seen["half_width_percent"]) == (0, 0, None)
    assert details == {"intervals": []}


def test_slowdowns_are_found_where_there_are_blocks_enough_and_told_in_percent_of_time() -> None:
    table = rates(10_000, 1 / 1.01, 1 / 1.02, 1 / 1.05)
    seen, details = parts.compare_slowed(table, 600)
    for percent in parts.PERCENTS:
        assert seen[percent]["estimate_percent"] == pytest.approx(float(percent), abs=0.5)
        assert seen[percent]["tries"] == len(details[percent]["tries"]) == 5
        assert seen[percent]["minutes"] == pytest.approx(2)
    assert seen["2"]["found"] == seen["5"]["found"] == 5


def test_what_is_not_slowed_is_seldom_found() -> None:
    seen, _ = parts.compare_slowed(rates(4000, 1.0, 1.0, 1.0), 4 * 3600)
    assert seen["1"]["tries"] == 24
    assert all(seen[percent]["found"] <= 3 for percent in parts.PERCENTS)


def test_what_is_faster_is_not_found_to_be_slower() -> None:
    seen, _ = parts.compare_slowed(rates(2000, 1.2, 1.2, 1.2), 600)
    assert all(seen[percent]["found"] == 0 for percent in parts.PERCENTS)


@pytest.mark.parametrize(("blocks", "tries"), [(0, 0), (1, 0), (9, 1), (25, 2), (49, 4), (100, 5)])
def test_few_blocks_make_few_tries(blocks: int, tries: int) -> None:
    seen, _ = parts.compare_slowed(rates(blocks, 1.0, 1.0, 1.0), 10)
    assert {seen[percent]["tries"] for percent in parts.PERCENTS} == {tries}


def test_errors_of_protocols_spread_around_their_own_mean_and_around_zero() -> None:
    seen = parts.compare_protocols([8.0, -8.0, 8.0, -8.0], [2.0, 4.0, 2.0, 4.0])
    assert (seen["usual_error_percent"], seen["ours_error_percent"], seen["ratio"]) == (8, 1, 8)
    assert seen["usual_around_zero_percent"] == 8
    assert seen["ours_around_zero_percent"] == pytest.approx(10**0.5)


def test_protocols_without_enough_blocks_are_not_compared() -> None:
    seen = parts.compare_protocols([8.0, -8.0], [2.0])
    assert (seen["ours_error_percent"], seen["ratio"]) == (None, None)


def test_pieces_are_whole() -> None:
    table = np.arange(14.0).reshape(7, 2)
    assert [len(piece) for piece in parts._pieces(table, 3)] == [3, 3]
    assert parts._pieces(table, 0) == []


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


def test_every_part_has_words_and_its_numbers_are_json() -> None:
    assert list(parts.PARTS) == list(certificate.SENTENCES)
    seen, details = parts.compare_slowed(rates(100, 1.0, 1.0, 1.0), 10)
    assert json.loads(msgspec.json.encode((seen, details)))


@pytest.mark.parametrize("name", [parts.SLOWED, "known-delays"])
def test_what_only_a_calibration_needs_has_the_services_limits_and_no_role(name: str) -> None:
    stanza = STANZAS["services"][name]
    assert stanza["profiles"] == ["calibrate"]
    assert not {"x-role", "ports"} & set(stanza)
    assert {key: stanza.get(key) for key in STANZAS["x-service"]} == STANZAS["x-service"]


def test_the_slowed_service_is_of_the_baselines_image() -> None:
    assert STANZAS["services"][parts.SLOWED]["image"] == STANZAS["services"]["starlette"]["image"]


@pytest.fixture
def slowed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """services/starlette-slowed/slowed.py, without the framework, which is only installed in its image."""
    names = {"app": ["app"], "starlette": [], "starlette.responses": ["PlainTextResponse"]}
    names["starlette.types"] = ["ASGIApp", "Receive", "Scope", "Send"]
    for name, contents in names.items():
        module = ModuleType(name)
        for one in contents:
            setattr(module, one, None)
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("slowed", Path("services/starlette-slowed/slowed.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("percent", [0, 2, 50])
def test_the_slowed_service_burns_its_share_of_the_cpu_time_used_and_not_of_what_it_burned(
    slowed: Any, monkeypatch: pytest.MonkeyPatch, percent: int
) -> None:
    clock = [1000]

    def tick() -> int:
        clock[0] += 1
        return clock[0]

    monkeypatch.setattr(time, "process_time_ns", tick)
    service = slowed.Slowed(None)
    service.percent = percent
    for _ in range(2):
        clock[0] += 10_000
        before = clock[0]
        service.burn()
        assert clock[0] - before == pytest.approx(100 * percent, abs=3)
