"""What runs on record say of the instrument."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from levelground.calibration import recorded
from levelground.judging.summary import Cell, Memory, Summary, Table
from levelground.model.interval import Interval
from levelground.model.record import Instructions


def around(estimate: float, share: float = 0.02) -> Interval:
    return Interval(estimate, estimate * (1 - share), estimate * (1 + share))


def judged(started: str, *, undisturbed: float, went: float) -> Summary:
    cells = {
        name: replace(
            CELL,
            undisturbed_ratio=around(ratio),
            throughput_ratio=around(other),
            undisturbed_us_per_request=around(40 / ratio),
        )
        for name, ratio, other in (("starlette", 1.0, 1.0), ("other", undisturbed, went), ("third", 0.5, 0.5))
    }
    table = Table(load="closed", blocks=10, dropped_blocks=0, services=cells, baseline="starlette")
    return Summary(run=started, context={"started": started}, baseline="starlette", scenarios={"hello": table})


CELL = Cell(
    role="contender",
    valid=True,
    reasons=[],
    group="a",
    requests=1,
    errors=0,
    throughput_per_second=None,
    throughput_ratio=None,
    cpu_us_per_request=None,
    cpu_ratio=None,
    latency_us={},
    memory_bytes=Memory(None, None),
    twin_of=None,
)


def test_runs_that_agree_and_runs_that_do_not() -> None:
    runs = [
        judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0),
        judged("2026-01-01T01:30:00Z", undisturbed=2.02, went=2.5),
        judged("2026-01-01T02:00:00Z", undisturbed=1.99, went=2.0),
    ]
    found, details = recorded.judge_tomorrow(runs)
    assert (found["runs"], found["hours"]) == (3, 2)
    assert (found["undisturbed"]["comparisons"], found["undisturbed"]["beyond"]) == (6, 0)
    assert (found["as_it_went"]["comparisons"], found["as_it_went"]["beyond"]) == (6, 2)
    assert found["as_it_went"]["beyond_percent"] == pytest.approx(100 / 3)
    assert set(details["undisturbed"]) == {"other, hello", "third, hello"}
    assert json.loads(msgspec.json.encode((found, details)))


def test_without_runs_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(recorded, "RESULTS", tmp_path)
    (tmp_path / "half-written").mkdir()
    (tmp_path / "half-written" / "run.json").write_text("{")
    for part in (recorded.tomorrow, recorded.clock):
        with pytest.raises(recorded.TooFewRuns, match="make bench"):
            part(0.0)


def test_instructions_beside_time_name_the_outliers() -> None:
    run = judged("2026-01-01T00:00:00Z", undisturbed=2.0, went=2.0)
    counted = {"hello": {"starlette": 40_000.0, "other": 20_000.0, "third": 40_000.0, "gone": 1.0}}
    as_counted = {
        scenario: {name: Instructions(number, 0.0) for name, number in each.items()}
        for scenario, each in counted.items()
    }
    found, details = recorded.judge_clock(run, as_counted)
    assert found["points"] == len(details["points"]) == 3
    assert found["instructions_per_us"] == 1000
    assert found["outliers"] == {"third, hello": pytest.approx(100)}
