"""What machine a run was made on, as far as it can be seen from inside a container."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from levelground import cgroup


def describe() -> dict[str, Any]:
    """Kernel, CPU, cgroup version, and what the engine's own client told (LEVELGROUND_ENGINE); null: not known."""
    engine = os.environ.get("LEVELGROUND_ENGINE")
    return {
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "cpu": _cpu_model(),
        "cpus": os.cpu_count(),
        "cgroup_version": cgroup.version() if cgroup.HOST.exists() else None,
        "generator_cpus": sorted(os.sched_getaffinity(0)),
        "engine": json.loads(engine) if engine else None,
    }


def _cpu_model() -> str | None:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return None
