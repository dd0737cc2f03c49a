"""When the answers of a slice arrived, compact enough to keep for every slice.

The format: gaps between answers in tenths of a microsecond, four bytes each, compressed, in base64.
"""

import base64
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_UNIT_NS = 100


def pack(times_ns: Sequence[int]) -> str:
    """From the times of arrival, in any order; "" for fewer than two."""
    if len(times_ns) < 2:
        return ""
    # Differences of the rounded times, so that errors do not add up.
    gaps = np.diff(np.sort(np.asarray(times_ns, dtype=np.int64)) // _UNIT_NS).astype("<u4")
    return base64.b64encode(zlib.compress(gaps.tobytes(), 1)).decode()


def unpack(packed: str) -> Floats:
    """The gaps in µs: one fewer than answers."""
    if not packed:
        return np.empty(0)
    gaps = np.frombuffer(zlib.decompress(base64.b64decode(packed)), dtype="<u4")
    return gaps * (_UNIT_NS / 1000.0)
