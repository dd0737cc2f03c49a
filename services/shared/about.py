"""What a Python service tells of itself at `GET /about`: versions as installed, limits as seen from inside."""

import asyncio
import os
import platform
import resource
import socket
from importlib.metadata import version
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def about(framework: str, server: str) -> dict:
    """The answer to `GET /about`; both arguments are the names of installed distributions."""
    loop = _event_loop()
    return {
        "framework": framework,
        "framework_version": version(framework),
        "server": server,
        "server_version": version(server),
        "language": platform.python_implementation(),
        "language_version": platform.python_version(),
        "event_loop": loop,
        "workers": int(os.environ["WORKERS"]),
        "threads": None if loop else int(os.environ["THREADS"]),
        "container": socket.gethostname(),
        "limits": {
            "cpus": sorted(os.sched_getaffinity(0)),
            "memory_bytes": _limit("memory.max", "memory/memory.limit_in_bytes"),
            "pids": _limit("pids.max", "pids/pids.max"),
            "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        },
    }


def _event_loop() -> str | None:
    try:
        loop = type(asyncio.get_running_loop())
    except RuntimeError:
        return None
    return f"{loop.__module__}.{loop.__qualname__}"


def _limit(v2: str, v1: str) -> int | None:
    """A limit of this container's cgroup, from the version-2 file or else the version-1 file."""
    path = CGROUP / v2
    text = (path if path.exists() else CGROUP / v1).read_text().strip()
    return None if text == "max" else int(text)
