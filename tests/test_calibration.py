"""Calibration: what it says of columns whose truth is known."""

import numpy as np
import pytest

from levelground import calibration
from levelground.statistics import Floats


def rates(blocks: int, ratio: float, noise: float, seed: int) -> Floats:
    """Two columns whose true ratio is known, under a drift that both share."""
    random = np.random.default_rng(seed)
    drift = np.exp(np.cumsum(random.normal(0, 0.05, blocks)))[:, None]
    own: Floats = 1000 * drift * np.exp(random.normal(0, noise, (blocks, 2)))
    own[:, 1] *= ratio
    return own


def test_true_twins_raise_few_false_alarms_and_show_no_bias() -> None:
    seen = calibration.compare_twins(rates(8000, 1.0, 0.1, seed=1), 40)
    assert seen["comparisons"] == 200
    assert seen["false_alarms"] <= 18
    assert abs(seen["bias_percent"]) < 0.5
    assert seen["bias_interval"].low < 1.0 < seen["bias_interval"].high


def test_a_difference_between_twins_is_seen_as_bias_and_as_alarms() -> None:
    seen = calibration.compare_twins(rates(8000, 1.05, 0.1, seed=1), 40)
    assert seen["bias_percent"] == pytest.approx(5, abs=0.5)
    assert seen["false_alarms"] > 80


@pytest.mark.parametrize("blocks", [0, 1, 39])
def test_too_few_blocks_make_no_comparison(blocks: int) -> None:
    seen = calibration.compare_twins(rates(blocks, 1.0, 0.1, seed=1), 40)
    assert (seen["comparisons"], seen["false_alarms"], seen["half_width_percent"]) == (0, 0, None)
