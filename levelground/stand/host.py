"""The machine that a run was made on, as far as it can be seen from inside a container."""

import json
import os
import platform
import socket
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from levelground.model.folder import RESULTS
from levelground.stand import cgroup, image

SO_TIMESTAMPNS = 35
"""In asm-generic/socket.h; Python's socket module does not name it."""
_TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def describe(results: Path = RESULTS) -> dict[str, Any]:
    """Kernel, CPU, cgroup version, and what the engine said when the stand came up; null: not known."""
    return {
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "cpu": _cpu_model(),
        "cpus": os.cpu_count(),
        "cgroup_version": cgroup.version() if cgroup.HOST.exists() else None,
        "generator_cpus": sorted(os.sched_getaffinity(0)),
        "arrival_times": tells_arrivals(),
        "engine": _engine(results),
    }


def words(host: Mapping[str, Any]) -> list[str]:
    """A description, as the first line of a table shows it."""
    told = host["engine"] or {}
    engine, bases = told.get("version"), told.get("base_images", {})
    return [
        f"{host['cpus']} × {host['cpu'] or host['architecture']}",
        f"Linux {host['kernel']}",
        f"cgroup v{host['cgroup_version']}"
        if host["cgroup_version"]
        else "no cgroup files: CPU and memory not measured",
        *([f"Docker {engine}"] if engine else []),
        # Older runs did not look.
        *([] if host.get("arrival_times", True) else ["no arrival times: the generator's own delays are measured too"]),
        *(["base images built from Debian's packages"] if any(one["stand_in"] for one in bases.values()) else []),
    ]


def _engine(results: Path) -> dict[str, Any] | None:
    """Its version, and each service's image: id, size, and packages if they have been counted.

    A base image is a stand-in if engine/ built it from Debian's packages, because no registry had it.
    """
    path = results / ".engine.json"
    if not path.exists():
        return None
    told = json.loads(path.read_text())
    sizes = told.get("bytes", {})
    counts = {service: image.packages(one, results) for service, one in told["images"].items()}
    return {
        "version": told["version"],
        "images": told["images"],
        "base_images": told.get("base_images", {}),
        "image_bytes": {service: sizes[one] for service, one in told["images"].items() if one in sizes},
        "packages": {service: asdict(one) for service, one in counts.items() if one},
    }


def tells_arrivals() -> bool:
    """Whether this kernel tells when what is received over TCP came in (SO_TIMESTAMPNS)."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        with server:
            try:
                server.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            except OSError:
                return False
            client.sendall(b"?")
            _, told, _, _ = server.recvmsg(1, socket.CMSG_SPACE(16))
            return bool(told)


class Cpus(NamedTuple):
    """Time that some CPUs have spent so far, in microseconds, as the kernel's ticks count it."""

    busy_us: float
    stolen_us: float


def cpus(numbers: Iterable[int]) -> Cpus:
    """What /proc/stat says of these CPUs of the host."""
    wanted = {f"cpu{number}" for number in numbers}
    busy = stolen = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name in wanted:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks[:8])
            busy += user + nice + system + irq + softirq
            stolen += steal
    return Cpus(busy * _TICK_US, stolen * _TICK_US)


def delayed_us(process: int | None = None) -> float | None:
    """How long a process, or else this thread, was ready to run so far while something else had its CPU.

    None: the kernel does not tell.
    """
    try:
        return int(Path(f"/proc/{process or 'thread-self'}/schedstat").read_text().split()[1]) / 1000.0
    except (OSError, IndexError):
        return None


def out_of_memory_kills() -> int:
    """How many processes the kernel has killed for lack of memory so far, on the whole host."""
    for line in Path("/proc/vmstat").read_text().splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0


def _cpu_model() -> str | None:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return None
