"""What a calibration says of lanes whose truth is known, and the container that has known extra work."""

import importlib.util
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import pytest

from levelground.calibration import slowed
from levelground.calibration.lanes import Seen


def seen(costs_us: Mapping[str, float], blocks: int, seconds: float = 50.0, seed: int = 1) -> Seen:
    """Slices of lanes that cost so much per answer, on a host that is disturbed a third of the time."""
    random = np.random.default_rng(seed)
    gaps: dict[str, list[Any]] = {name: [] for name in costs_us}
    rates: dict[str, list[float]] = {name: [] for name in costs_us}
    pieces = []
    for _ in range(blocks):
        for name, us in costs_us.items():
            one = us * random.normal(1, 0.02, 160) * random.choice([1, 1, 1.8]) * random.lognormal(0, 0.01)
            gaps[name].append(one)
            rates[name].append(1e6 / float(one.mean()))
        pieces.append(60 * random.normal(1, 0.01, 100) * random.choice([1, 1, 1.8]))
    return Seen(
        gaps=gaps,
        rates={name: np.array(one) for name, one in rates.items()},
        pieces=pieces,
        garbage_share={"0": 0.0, "often": 0.05, "rarely": 0.05},
        seconds=seconds,
        blocks=blocks + 1,
        dropped={blocks: "CPU time stolen by the hypervisor"},
    )


def test_what_is_slower_is_found_and_its_twin_is_not() -> None:
    costs = {"0": 40.0, "0 again": 40.0, "1": 40.4, "2": 40.8, "5": 42.0}
    found, details = slowed.judge_small(seen(costs, 250), {"1": 0.01, "2": 0.02, "5": 0.05})
    assert {name: found[name]["tries"] for name in details} == dict.fromkeys(("0 again", "1", "2", "5"), 5)
    assert found["5"]["found"] == 5
    assert found["0 again"]["found"] <= 1
    assert found["5"]["estimate_percent"] == pytest.approx(5, abs=0.6)
    assert found["5"]["truth_percent"] == pytest.approx(5)
    assert found["5"]["half_width_percent"] < found["5"]["half_width_as_it_went_percent"]
    assert (found["blocks"], found["dropped_blocks"], found["too_noisy"]) == (251, 1, False)
    assert json.loads(msgspec.json.encode((found, details)))


def test_what_is_faster_is_not_found_to_be_slower() -> None:
    costs = {"0": 40.0, "0 again": 40.0, **dict.fromkeys(slowed.PERCENTS, 36.0)}
    found, _ = slowed.judge_small(seen(costs, 100), dict.fromkeys(slowed.PERCENTS, 0.02))
    assert [found[percent]["found"] for percent in slowed.PERCENTS] == [0, 0, 0]


@pytest.mark.parametrize(("blocks", "tries"), [(0, 0), (9, 1), (25, 2), (100, 5)])
def test_few_blocks_make_few_tries(blocks: int, tries: int) -> None:
    costs = dict.fromkeys(("0", "0 again", *slowed.PERCENTS), 40.0)
    found, _ = slowed.judge_small(seen(costs, blocks, 10), dict.fromkeys(slowed.PERCENTS, 0.02))
    assert max(found[percent]["tries"] for percent in slowed.PERCENTS) <= tries
    assert found["2"]["estimate_percent"] is not None or blocks < 10


def test_factors_are_read_right_and_errors_are_told_in_percent() -> None:
    added = {"1.5": 0.5, "2": 1.0, "5": 4.0, "10": 9.0}
    costs = {"0": 40.0, **{name: 40 * (1 + share) for name, share in added.items()}}
    found, _ = slowed.judge_scale(seen(costs, 150), added)
    for name in added:
        assert found[name]["truth"] == pytest.approx(1 / (1 + added[name]))
        assert abs(found[name]["undisturbed_error_percent"]) < 1.5
    wrong, _ = slowed.judge_scale(seen(costs, 150), {**added, "2": 1.1})
    assert wrong["2"]["undisturbed_error_percent"] == pytest.approx(5, abs=1.5)


def test_garbage_is_told_as_a_share_of_the_time() -> None:
    found, _ = slowed.judge_garbage(seen({"0": 40.0, "often": 42.1, "rarely": 40.0}, 150))
    assert found["often"]["truth_percent"] == pytest.approx(5)
    assert found["often"]["undisturbed_percent"] == pytest.approx(5, abs=1)
    assert found["rarely"]["undisturbed_percent"] == pytest.approx(0, abs=1)


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> Any:
    """services/starlette-slowed/slowed.py, without the framework, which is only installed in its image."""
    names = {"app": ["app"], "starlette": [], "starlette.responses": ["JSONResponse"]}
    names |= {"starlette.requests": ["Request"], "starlette.types": ["ASGIApp", "Receive", "Scope", "Send"]}
    for name, contents in names.items():
        module = ModuleType(name)
        for one in contents:
            setattr(module, one, None)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("gc.disable", lambda: None)
    spec = importlib.util.spec_from_file_location("slowed", Path("services/starlette-slowed/slowed.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_container_times_turns_of_the_loop_and_its_own_garbage(
    container: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0]

    def tick() -> int:
        clock[0] += 1_000_000
        return clock[0]

    monkeypatch.setattr(time, "perf_counter_ns", tick)
    assert container.timed(100) == [1_000_000] * 5
    assert container.litter(10) == 1_000_000
