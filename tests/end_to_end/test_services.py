"""Every service of the stand: up, in agreement with the catalogue, within the same limits, true to the contract."""

import json
import re
from typing import Any

import pytest

from levelground.contract import checker
from levelground.stand import catalog, helpers, probe
from tests.end_to_end.conftest import command

SERVICES = catalog.read()
NAMES = [service.name for service in SERVICES]
pytestmark = pytest.mark.usefixtures("up")


def outside(service: catalog.Service) -> probe.Address:
    return "127.0.0.1", service.published_port


@pytest.fixture(scope="session")
def containers(up: str) -> dict[str, Any]:
    """What the engine says of each service's container."""
    ids = command("docker", "compose", "ps", "-q", *NAMES).stdout.split()
    found = json.loads(command("docker", "inspect", *ids).stdout)
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}


@pytest.fixture(scope="session")
def conformance(up: str) -> str:
    """What `make conformance` printed."""
    return command("make", "conformance", timeout=1200).stdout


def test_the_port_map_names_every_service_with_its_port_and_version(up: str) -> None:
    for service in SERVICES:
        (line,) = [line for line in up.splitlines() if f":{service.published_port} " in line]
        told = probe.about(outside(service))
        assert service.role in line
        assert f" {service.name} " in line
        assert f"{told['framework']} {told['framework_version']}" in line
    assert ":8089 " in up


def test_what_is_up_is_not_recreated_when_it_is_brought_up_again(up: str) -> None:
    del up
    ours = ("docker", "ps", "-q", "--filter", "label=com.docker.compose.project=levelground")
    before = command(*ours).stdout.split()
    assert command("make", "up").returncode == 0
    assert sorted(command(*ours).stdout.split()) == sorted(before)


@pytest.mark.parametrize("name", NAMES)
def test_the_contract_holds(name: str, conformance: str) -> None:
    """Of what failed, each line says which check and what was wrong."""
    failed = re.search(rf"^{name}: \d+ of \d+ checks failed\n(  .*\n)+", conformance, re.MULTILINE)
    assert failed is None, failed[0]


def test_every_service_was_asked(conformance: str) -> None:
    assert f"\n{len(NAMES)} of {len(NAMES)} services keep the contract\n" in conformance
    shown = {line.split()[0] for line in conformance.splitlines() if re.match(r"[a-z0-9-]+ +[✓✗–]", line)}
    assert shown == {check.name for check in checker.CHECKS}


def test_the_limits_are_the_same_for_all_as_the_engine_set_them(containers: dict[str, Any]) -> None:
    keys: tuple[str, ...] = (
        "CpusetCpus",
        "Memory",
        "MemorySwap",
        "NanoCpus",
        "PidsLimit",
        "Ulimits",
        "ReadonlyRootfs",
        "CapDrop",
    )
    keys += ("SecurityOpt", "Privileged", "Sysctls", "Tmpfs", "NetworkMode", "CpuShares")
    limits = {name: {key: told["HostConfig"][key] for key in keys} for name, told in containers.items()}
    first = limits[NAMES[0]]
    assert all(of_one == first for of_one in limits.values())
    assert first["CpusetCpus"]
    assert first["Memory"] == first["MemorySwap"] > 0
    assert first["ReadonlyRootfs"]
    assert not first["Privileged"]
    assert first["CapDrop"] == ["ALL"]
    assert {told["Config"]["User"] for told in containers.values()} == {"65534:65534"}


def test_the_limits_are_the_same_for_all_as_seen_from_inside(containers: dict[str, Any]) -> None:
    seen = {service.name: probe.about(outside(service)) for service in SERVICES}
    host_config = containers[NAMES[0]]["HostConfig"]
    for name, told in seen.items():
        assert told["limits"] == seen[NAMES[0]]["limits"], name
        assert containers[name]["Id"].startswith(told["container"])
    limits = seen[NAMES[0]]["limits"]
    assert limits["memory_bytes"] == host_config["Memory"]
    assert limits["pids"] == host_config["PidsLimit"]
    assert ",".join(map(str, limits["cpus"])) == host_config["CpusetCpus"]


def test_helpers_are_limited_too_and_run_on_other_cpus_than_the_services(containers: dict[str, Any]) -> None:
    names = [one.name for one in catalog.helpers()]
    ids = command("docker", "compose", "ps", "-q", *names).stdout.split()
    told = [one["HostConfig"] for one in json.loads(command("docker", "inspect", *ids).stdout)]
    assert len(told) == len(names)
    service = containers[NAMES[0]]["HostConfig"]
    for one in told:
        assert one["Memory"] == one["MemorySwap"] > 0
        assert one["PidsLimit"] == service["PidsLimit"]
        assert (one["ReadonlyRootfs"], one["Privileged"], one["CapDrop"]) == (True, False, ["ALL"])
        assert one["SecurityOpt"] == service["SecurityOpt"]
        assert one["PortBindings"] in ({}, None)
        assert one["CpusetCpus"]
        assert not set(helpers.cpu_list(one["CpusetCpus"])) & set(helpers.cpu_list(service["CpusetCpus"]))


def test_no_container_of_the_stand_has_the_engines_socket_or_the_hosts_network(up: str) -> None:
    everything = command("docker", "compose", "ps", "-q").stdout.split()
    assert len(everything) > len(NAMES)
    for told in json.loads(command("docker", "inspect", *everything).stdout):
        assert not [mount for mount in told["Mounts"] if "docker.sock" in mount["Source"]]
        assert told["HostConfig"]["NetworkMode"] != "host"
        assert not told["HostConfig"]["Privileged"]


def test_locust_and_the_services_run_on_cpus_of_their_own(containers: dict[str, Any]) -> None:
    locust = command("docker", "compose", "ps", "-q", "locust-worker").stdout.strip()
    cpus = json.loads(command("docker", "inspect", locust).stdout)[0]["HostConfig"]["CpusetCpus"]
    assert cpus != containers[NAMES[0]]["HostConfig"]["CpusetCpus"]


def test_a_twin_is_another_container_of_the_same_image(containers: dict[str, Any]) -> None:
    for service in SERVICES:
        if service.twin_of:
            assert containers[service.name]["Image"] == containers[service.twin_of]["Image"]
            assert containers[service.name]["Id"] != containers[service.twin_of]["Id"]


def test_ports_listen_on_loopback_alone(containers: dict[str, Any]) -> None:
    for told in containers.values():
        assert {binding["HostIp"] for binding in told["HostConfig"]["PortBindings"]["8000/tcp"]} == {"127.0.0.1"}
