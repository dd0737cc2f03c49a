"""Counters of a container, from trees of files as kernels lay them out."""

from pathlib import Path

import pytest

from levelground.stand import cgroup

ID = "0123456789ab" + "c" * 52


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name.format(id=ID)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


VERSION_1 = {
    "cpuacct/docker/{id}/cpuacct.usage": "1234567\n",
    "cpu/docker/{id}/cpu.stat": "nr_periods 9\nnr_throttled 2\nthrottled_time 5\n",
    "memory/docker/{id}/memory.usage_in_bytes": "5000\n",
    "memory/docker/{id}/memory.stat": "cache 1\ninactive_file 7\ntotal_inactive_file 1000\n",
    "memory/docker/{id}/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
}
VERSION_2 = {
    "cgroup.controllers": "cpu memory\n",
    "{parent}/cpu.stat": "usage_usec 1234\nuser_usec 1\nnr_throttled 2\n",
    "{parent}/memory.current": "5000\n",
    "{parent}/memory.stat": "anon 1\ninactive_file 1000\n",
    "{parent}/memory.events": "low 0\noom 4\noom_kill 3\n",
}
PARENTS = ["docker/{id}", "system.slice/docker-{id}.scope", "outer/deeper/docker/{id}"]


def check(group: cgroup.Group) -> None:
    assert group.cpu_us() == pytest.approx(1234.567, abs=0.6)
    assert group.memory_bytes() == 4000
    assert group.throttled() == 2
    assert group.out_of_memory() == 3


def test_version_1_is_read(tmp_path: Path) -> None:
    root = tree(tmp_path, VERSION_1)
    assert cgroup.version(root) == 1
    check(cgroup.find(ID[:12], root))


@pytest.mark.parametrize("parent", PARENTS)
def test_version_2_is_read_wherever_the_engine_puts_it(tmp_path: Path, parent: str) -> None:
    root = tree(tmp_path, {name.replace("{parent}", parent): text for name, text in VERSION_2.items()})
    assert cgroup.version(root) == 2
    check(cgroup.find(ID[:12], root))


def test_user_and_system_time_are_told_apart_in_version_2(tmp_path: Path) -> None:
    files = VERSION_2 | {"{parent}/cpu.stat": "usage_usec 1234\nuser_usec 1000\nsystem_usec 234\n"}
    root = tree(tmp_path, {name.replace("{parent}", PARENTS[0]): text for name, text in files.items()})
    assert cgroup.find(ID[:12], root).user_and_system_us() == (1000, 234)


def test_user_and_system_time_are_told_apart_in_version_1(tmp_path: Path) -> None:
    files = {"cpuacct/docker/{id}/cpuacct.usage_user": "1000000\n", "cpuacct/docker/{id}/cpuacct.usage_sys": "234567\n"}
    assert cgroup.find(ID[:12], tree(tmp_path, VERSION_1 | files)).user_and_system_us() == (1000.0, 234.567)


def test_a_kernel_that_does_not_tell_them_apart_leaves_them_out(tmp_path: Path) -> None:
    ticks = {"cpuacct/docker/{id}/cpuacct.stat": "user 100\nsystem 23\n"}
    assert cgroup.find(ID[:12], tree(tmp_path, VERSION_1 | ticks)).user_and_system_us() is None


def test_a_container_without_a_cgroup_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(cgroup.NotFound, match="feedfeedfeed"):
        cgroup.find("feedfeedfeed", tree(tmp_path, VERSION_1))
