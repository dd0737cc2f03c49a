"""What a Python service tells of itself at `GET /about`: versions as installed, limits as seen from inside."""

import asyncio
import os
import platform
import resource
import socket
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

CGROUP = Path("/sys/fs/cgroup")


def about(framework: str, server: str, *, parser: str, json: str) -> dict[str, Any]:
    """The answer to `GET /about`.

    `framework` and `server` are names of installed distributions.
    `parser` is the module that parses HTTP, `json` the one that encodes the answers.
    Raises RuntimeError if this process has not loaded one of these modules.
    """
    loop = _event_loop()
    return {
        "framework": framework,
        "framework_version": version(framework),
        "server": server,
        "server_version": version(server),
        "parser": parser,
        "parser_version": _version_of_loaded(parser),
        "json": json,
        "json_version": _version_of_loaded(json),
        "language": platform.python_implementation(),
        "language_version": platform.python_version(),
        "base_image": os.environ["BASE_IMAGE"],
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


def _version_of_loaded(module: str) -> str:
    """The version of the distribution that a loaded module belongs to; Python's own for the standard library."""
    if module not in sys.modules:
        raise RuntimeError(f"about: {module} is not loaded in this process")
    package = module.partition(".")[0]
    if package in sys.stdlib_module_names:
        return platform.python_version()
    return version(packages_distributions()[package][0])


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
