"""What the host's kernel counts for one container: CPU time, memory, throttling, kills for lack of memory.

Reads cgroup version 1 and 2 files, whoever manages them (systemd or cgroupfs), below one mount of the host's tree.
"""

from dataclasses import dataclass
from pathlib import Path

HOST = Path("/host/cgroup")
"""Where the host's /sys/fs/cgroup is mounted, read-only, in Locust's containers."""


class NotFound(LookupError):
    """No cgroup of that container below the root."""


@dataclass(frozen=True)
class Group:
    """The cgroup of one container; in version 1 each controller has a directory of its own."""

    version: int
    cpu: Path
    cpuacct: Path
    memory: Path

    def identity(self) -> int:
        """Changes when the container is started again."""
        return (self.cpuacct / "cgroup.procs").stat().st_ino

    def cpu_us(self) -> float:
        """CPU time that the container has used so far, in microseconds."""
        if self.version == 1:
            return int((self.cpuacct / "cpuacct.usage").read_text()) / 1000.0
        return float(_fields(self.cpu / "cpu.stat")["usage_usec"])

    def user_and_system_us(self) -> tuple[float, float] | None:
        """CPU time in the container's own code, and in the kernel for it; None: this kernel does not tell.

        Version 1 also has a file in ticks of 10 ms, which is too coarse for times of a few milliseconds.
        """
        if self.version == 2:
            fields = _fields(self.cpu / "cpu.stat")
            return (
                (fields["user_usec"], fields["system_usec"]) if {"user_usec", "system_usec"} <= fields.keys() else None
            )
        try:
            user, system = (int((self.cpuacct / f"cpuacct.usage_{name}").read_text()) for name in ("user", "sys"))
        except FileNotFoundError:
            return None
        return user / 1000.0, system / 1000.0

    def memory_bytes(self) -> int:
        """Memory in use without what the kernel could drop at once: usage minus inactive file pages."""
        if self.version == 1:
            usage, inactive = "memory.usage_in_bytes", "total_inactive_file"
        else:
            usage, inactive = "memory.current", "inactive_file"
        return int((self.memory / usage).read_text()) - _fields(self.memory / "memory.stat")[inactive]

    def throttled(self) -> int:
        """The number of periods so far in which a CPU quota stopped the container."""
        return _fields(self.cpu / "cpu.stat").get("nr_throttled", 0)

    def out_of_memory(self) -> int:
        """How many processes of the container the kernel has killed for lack of memory so far."""
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        return _fields(self.memory / name).get("oom_kill", 0)


def version(root: Path = HOST) -> int:
    """The version of the host's cgroups that count CPU time: 1 or 2."""
    return 2 if (root / "cgroup.controllers").exists() else 1


def find(container: str, root: Path = HOST) -> Group:
    """The cgroup of the container with this id (the short form will do). Raises NotFound."""
    if version(root) == 2:
        path = _below(root, container)
        return Group(2, path, path, path)
    return Group(1, *(_below(root / controller, container) for controller in ("cpu", "cpuacct", "memory")))


def _below(root: Path, container: str) -> Path:
    # cgroupfs: docker/<id>; systemd: system.slice/docker-<id>.scope; nested engines put them deeper.
    for pattern in (f"docker/{container}*", f"system.slice/docker-{container}*", f"**/*{container}*"):
        for path in root.glob(pattern):
            if path.is_dir():
                return path
    raise NotFound(f"no cgroup of container {container} below {root}")


def _fields(path: Path) -> dict[str, int]:
    """A file of lines with a key and a number; {} if this kernel has no such file."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return {key: int(value) for key, value in (line.split()[:2] for line in lines)}
