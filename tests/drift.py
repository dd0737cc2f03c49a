"""How a simulated host drifts: a first-order autoregressive process, so that neighbours in time resemble each other."""

import math
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from levelground.judging.statistics import Floats


def drift(rng: np.random.Generator, length: int, sd: float, memory: float) -> Floats:
    """Values with this standard deviation once it has run for a while; it begins near 0.

    The correlation of values falls by a factor of e with each `memory` values between them.
    """
    keep = math.exp(-1 / memory)
    steps: list[float] = (sd * math.sqrt(1 - keep**2) * rng.standard_normal(length)).tolist()
    # scipy.signal has this as a filter, and takes a second to import in every process of the tests.
    values: Iterator[float] = accumulate(steps, lambda last, step: keep * last + step)
    return np.fromiter(values, np.float64, length)
