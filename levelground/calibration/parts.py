"""`make calibrate`: the instrument against known truths.

Each part takes its share of the time and returns what it saw under the names of calibration.json; what it saw is
printed as it is, good or bad.
"""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

import msgspec

from levelground.calibration import generator, recorded, sheet, slowed, timing
from levelground.calibration.lanes import SLOWED
from levelground.calibration.timing import Found
from levelground.measuring import certificate, measurement
from levelground.model import record
from levelground.model.folder import RESULTS, Folder
from levelground.stand import host, probe
from levelground.traffic import client

CONTAINERS = (SLOWED.name, timing.SERVER)
"""No part of the stand: only a calibration needs them."""

FAILURES = (
    *(OSError, RuntimeError, HTTPException, subprocess.SubprocessError),
    *(probe.NotUp, client.WrongAnswer, measurement.NothingToMeasure),
)
"""What a part may fail of without taking the others with it."""


def run(parts: Sequence[str], minutes: float) -> int:
    """Writes results/calibration/<time>/, with results/calibration/latest pointing at it.

    calibration.json grows part by part, the page beside it comes last.
    The exit code: 1 if a part could not be made, else 0.
    """
    folder = Folder.create(RESULTS / "calibration")
    found: dict[str, Any] = {"when": record.now(), "host": host.describe(), "minutes": minutes, "details": {}}
    complete = True
    shares = sum(PARTS[part].share for part in parts)
    for part in parts:
        seconds = 60 * minutes * PARTS[part].share / max(1, shares)
        print(f"calibrating: {part}, {seconds / 60:.1f} min", file=sys.stderr)
        try:
            with _undisturbed():
                numbers, details = PARTS[part].make(seconds)
        except recorded.TooFewRuns as error:
            print(f"levelground: {part}: {error}", file=sys.stderr)
            continue
        except FAILURES as error:
            print(f"levelground: {part}: {error}", file=sys.stderr)
            complete = False
            continue
        except KeyboardInterrupt:
            print(f"levelground: interrupted in {part}", file=sys.stderr)
            complete = False
            break
        found[part], found["details"][part] = msgspec.to_builtins((numbers, details))
        folder.write_json(certificate.FILE, found)
        print(certificate.sentence(part, found[part]), flush=True)
    sheet.write(folder.path, found)
    print(f"\n{folder.path}: {certificate.FILE}, {sheet.FILE}")
    return int(not complete)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No garbage collection, as in a run."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@dataclass(frozen=True)
class Part:
    make: Callable[[float], Found]
    """Takes about so many seconds."""
    share: int
    """Of the time; 0: it looks at what is on record."""


PARTS: dict[str, Part] = {
    "generator": Part(generator.generator, 1),
    "small": Part(slowed.small, 8),
    "scale": Part(slowed.scale, 1),
    "garbage": Part(slowed.garbage, 1),
    "delay": Part(timing.delay, 1),
    "stall": Part(timing.stall, 1),
    "slip": Part(timing.slip, 1),
    "tomorrow": Part(recorded.tomorrow, 0),
    "clock": Part(recorded.clock, 0),
}
