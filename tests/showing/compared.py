"""Two runs that can be compared, written as records: fastapi is slower in the second, and of another version."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from levelground.model.folder import Folder
from levelground.model.record import Instructions, Run
from levelground.showing import comparison
from levelground.showing.comparison import Compared
from tests.samples import a_member
from tests.showing import reported
from tests.showing.reported import a_closed_run, written

BEFORE, AFTER = "2026-01-01T00-00-00Z-aaaa", "2026-01-02T03-00-00Z-bbbb"


def first(**changes: Any) -> Run:
    run = a_closed_run(**changes)
    counts = {"fastapi": Instructions(300_000.0, 0.0001), "go": Instructions(9_000.0, 0.0001)}
    return replace(_of_version(run, "0.164.0", "old"), run=BEFORE, instructions={"hello": counts})


def second(**changes: Any) -> Run:
    run = a_closed_run(**changes)
    counts = {"fastapi": Instructions(306_000.0, 0.0001), "go": Instructions(9_000.0, 0.0001)}
    newer = _of_version(run, "0.165.0", "new")
    return replace(newer, run=AFTER, started="2026-01-02T03:00:00Z", instructions={"hello": counts})


def _of_version(run: Run, version: str, image: str) -> Run:
    fastapi = a_member(about={"framework": "fastapi", "framework_version": version, "container": image})
    engine = run.host["engine"]
    images = engine["images"] | {"fastapi": f"sha256:{image}"}
    return replace(
        run,
        services=run.services | {"fastapi": fastapi},
        host=run.host | {"engine": engine | {"images": images}},
    )


def folders(
    results: Path, before: Run, after: Run, patch: pytest.MonkeyPatch, rate: int = 135
) -> tuple[Folder, Folder]:
    """The folders of both runs; in the second, fastapi answers at such a rate, and at 150 in the first."""
    one = written(results, before)
    with patch.context() as changed:
        changed.setitem(reported.RATES, "fastapi", rate)
        return one, written(results, after)


def compared(results: Path, patch: pytest.MonkeyPatch, **changes: Any) -> Compared:
    one, two = folders(results, first(), second(), patch)
    return comparison.of(comparison.side(one), comparison.side(two), **changes)
