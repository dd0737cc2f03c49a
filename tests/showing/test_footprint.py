"""The footprint's table."""

import re

from levelground.model.footprint import Footprint, Report, sample
from levelground.showing import footprint


def a_footprint(role: str, loaded: float | None, **missing: str) -> Footprint:
    mebibytes = sample([] if loaded is None else [loaded * 2**20, (loaded + 1) * 2**20])
    return Footprint(
        role,
        None,
        sample([0.31]),
        mebibytes,
        mebibytes,
        mebibytes,
        sample([]),
        None,
        None,
        3,
        0,
        missing,
    )


def a_report() -> Report:
    return Report(
        run="2026-01-01T00-00-00Z-0000",
        started="2026-01-01T00:00:00Z",
        command="footprint",
        repeats=2,
        interrupted=False,
        scenario="hello",
        connections=16,
        settle_seconds=1,
        idle_seconds=3,
        load_seconds=2,
        rest_seconds=2,
        host={"kernel": "6.1", "architecture": "x86_64", "cpu": "CPU", "cpus": 2, "cgroup_version": 1, "engine": None},
        services={
            "large": a_footprint("contender", 40, image_bytes="the engine did not tell it"),
            "lost": a_footprint("contender", None),
            "small": a_footprint("contender", 20),
            "go": a_footprint("reference", 5),
        },
    )


def test_the_table_ranks_by_memory_under_load_and_says_what_is_missing() -> None:
    lines = footprint.render(a_report()).splitlines()
    assert lines[0].startswith("footprint 2026-01-01T00-00-00Z-0000: 2 × CPU, ")
    headings = re.split(" {2,}", lines[2].strip())
    assert headings == [column.title for column in footprint.COLUMNS]
    named = [line.split()[0] for line in lines[3:9]]
    assert named == ["contenders", "small", "large", "lost", "references", "go"]
    small = dict(zip(headings, re.split(" {2,}", lines[4].strip()), strict=True))
    assert (small["start s"], small["idle MiB"], small["packages"]) == ("0.31", "20.5 ±6.4", "3")
    assert lines[9] == "  large: no image_bytes: the engine did not tell it"
