"""What machine a run was made on, as far as it can be seen from inside a container."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from levelground import cgroup
from levelground.record import RESULTS


def describe() -> dict[str, Any]:
    """Kernel, CPU, cgroup version, and what the engine told when the stand came up; null: not known."""
    engine = RESULTS / ".engine.json"
    return {
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "cpu": _cpu_model(),
        "cpus": os.cpu_count(),
        "cgroup_version": cgroup.version() if cgroup.HOST.exists() else None,
        "generator_cpus": sorted(os.sched_getaffinity(0)),
        "engine": json.loads(engine.read_text()) if engine.exists() else None,
    }


def _cpu_model() -> str | None:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return None
