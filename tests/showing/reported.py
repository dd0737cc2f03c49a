"""A run as pages are made from it: written as records into a folder, with whatever a test changes."""

from itertools import accumulate
from pathlib import Path
from typing import Any

from levelground.model import arrivals
from levelground.model.folder import Folder
from levelground.model.record import Run
from tests.samples import A_CALM_BLOCK, a_member, a_run, a_slice

RATES = {"starlette": 300, "fastapi": 150, "go": 600, "starlette-twin": 300}


def a_closed_run(**changes: Any) -> Run:
    run = a_run(
        *RATES,
        command="bench MINUTES=1",
        window_answers={"hello": 16},
        ended="time",
        host={
            "kernel": "6.1", "architecture": "x86_64", "cpu": "CPU", "cpus": 2, "cgroup_version": 2,
            "engine": {"version": "27", "images": {name: f"sha256:{name}" for name in RATES}},
        },
        **changes,
    )  # fmt: skip
    services = dict(run.services)
    services["go"] = a_member(role="reference")
    services["starlette-twin"] = a_member(role="control", twin_of="starlette")
    run.services.update(services)
    return run


def written(results: Path, run: Run, blocks: int = 30) -> Folder:
    """The folder of a run with so many blocks in which each service answers at its rate."""
    folder = Folder.of(run, results)
    folder.path.mkdir(parents=True)
    folder.write_run(run)
    for block in range(blocks):
        for place, (name, one) in enumerate(run.services.items()):
            if one.problem:
                continue
            requests = RATES.get(name, 200) + (block * 7 + place * 3) % 5
            gap = 30_000_000 // RATES.get(name, 200)
            gaps = [gap * (100 + (block + number // 16 * 3) % 7) // 100 for number in range(requests)]
            folder.append(
                a_slice(
                    block=block,
                    round=block // 10,
                    service=name,
                    requests=requests,
                    latency={200 - requests // 5: requests - 1, 300: 1},
                    arrivals=arrivals.pack(list(accumulate(gaps))),
                )
            )
        folder.append(type(A_CALM_BLOCK)(**(vars(A_CALM_BLOCK) | {"block": block, "round": block // 10})))
    return folder
