"""The catalogue: compose.yaml and nothing else says which services there are."""

from pathlib import Path

import pytest
import yaml

from levelground.stand import catalog

SERVICES = catalog.read()


def write(path: Path, stanza: str) -> Path:
    file = path / "compose.yaml"
    file.write_text(f"services:\n  tools: {{image: x}}\n  one: {stanza}\n")
    return file


def test_every_folder_has_a_stanza_and_every_stanza_a_folder() -> None:
    folders = {path.name for path in Path("services").iterdir() if path.is_dir()} - {"__pycache__", "shared"}
    stanzas = yaml.safe_load(catalog.COMPOSE_FILE.read_text())["services"]
    # A twin and a variant are other containers of the same image.
    own = {name for name, one in stanzas.items() if "x-role" in one and not {"x-twin-of", "x-variant-of"} & set(one)}
    assert folders == {*own, "starlette-slowed"}


def test_ports_run_from_8001_on_without_a_gap() -> None:
    assert sorted(service.published_port for service in SERVICES) == [8001 + index for index in range(len(SERVICES))]


def test_the_baseline_has_a_twin_of_the_same_image() -> None:
    import yaml

    stanzas = yaml.safe_load(catalog.COMPOSE_FILE.read_text())["services"]
    (twin,) = (service for service in SERVICES if service.twin_of)
    assert stanzas[twin.name]["image"] == stanzas[str(twin.twin_of)]["image"]
    assert stanzas[twin.name]["command"] == stanzas[str(twin.twin_of)]["command"]


def test_no_names_select_all_services() -> None:
    assert catalog.select(SERVICES, []) == SERVICES


def test_a_group_selects_its_services_in_the_order_of_the_file() -> None:
    selected = catalog.select(SERVICES, ["null", "references"])
    assert [service.name for service in selected] == [
        service.name for service in SERVICES if service.role == "reference" or service.name == "null"
    ]


def test_an_unknown_name_lists_the_right_ones() -> None:
    with pytest.raises(catalog.UnknownName, match=r"unknown service: flaks \(there are: fastapi, .*, contenders, "):
        catalog.select(SERVICES, ["flaks", "fastapi"])


def test_a_stanza_without_a_role_is_no_service(tmp_path: Path) -> None:
    file = write(tmp_path, '{x-role: control, ports: ["127.0.0.1:8001:8000"], x-only: [hello]}')
    (service,) = catalog.read(file)
    assert (service.name, service.role, service.published_port) == ("one", "control", 8001)
    assert service.answers("hello")
    assert not service.answers("json")
    assert service.declared == {}


def test_what_a_service_declares_comes_with_its_reason(tmp_path: Path) -> None:
    stanza = '{x-role: contender, ports: ["8001:8000"], x-declared: {oversize: It knows no limit.}}'
    (service,) = catalog.read(write(tmp_path, stanza))
    assert service.declared == {"oversize": "It knows no limit."}
    assert {service} == {*catalog.read(write(tmp_path, stanza))}


@pytest.mark.parametrize(
    ("stanza", "complaint"),
    [
        (
            '{x-role: rival, ports: ["8001:8000"]}',
            "one: x-role is 'rival'; it must be one of contender, reference, control",
        ),
        ('{x-role: contender, ports: ["8001:9000"]}', "one: publishes port 9000; every service listens on 8000"),
        ("{x-role: contender}", "one: needs exactly one port"),
        ('{x-role: contender, ports: ["8001:8000", "8002:8000"]}', "one: needs exactly one port"),
        ('{x-role: contender, ports: ["8001:8000"], x-declared: [echo]}', "one: x-declared takes a reason for each"),
        ('{x-role: contender, ports: ["8001:8000"], x-declared: {echo: }}', "one: x-declared takes a reason for each"),
    ],
)
def test_a_stanza_that_is_wrong_is_refused_with_what_is_right(tmp_path: Path, stanza: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        catalog.read(write(tmp_path, stanza))


def test_a_stanza_says_why_it_is_as_it_is_and_what_it_is_a_variant_of(tmp_path: Path) -> None:
    stanza = '{x-role: contender, ports: ["8001:8000"], x-why: "As its documentation says.", x-variant-of: quart}'
    (service,) = catalog.read(write(tmp_path, stanza))
    assert (service.why, service.variant_of) == ("As its documentation says.", "quart")
    (service,) = catalog.read(write(tmp_path, '{x-role: contender, ports: ["8001:8000"]}'))
    assert (service.why, service.variant_of) == (None, None)


def test_helpers_are_the_stanzas_that_say_what_they_are_for(tmp_path: Path) -> None:
    names = [one.name for one in catalog.helpers()]
    assert names == ["postgres", "upstream"]
    assert not set(names) & {service.name for service in SERVICES}
    file = write(tmp_path, "{x-helper: the database}")
    assert catalog.helpers(file) == (catalog.Helper("one", "the database"),)
    assert catalog.read(file) == ()
    with pytest.raises(ValueError, match="one: x-helper says what it is for"):
        catalog.helpers(write(tmp_path, "{x-helper: }"))


def test_every_helper_is_limited_and_on_other_cpus_than_the_services() -> None:
    stanzas = yaml.safe_load(catalog.COMPOSE_FILE.read_text())["services"]
    keys = ("cpuset", "mem_limit", "memswap_limit", "pids_limit", "ulimits", "read_only", "cap_drop", "security_opt")
    limits = [{key: stanzas[one.name][key] for key in keys} for one in catalog.helpers()]
    assert limits[0] == limits[1]
    assert limits[0]["mem_limit"] == limits[0]["memswap_limit"]
    assert (limits[0]["read_only"], limits[0]["cap_drop"]) == (True, ["ALL"])
    assert "SERVICE_CPUS" not in limits[0]["cpuset"]
