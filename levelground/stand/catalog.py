"""Which services there are, read from compose.yaml: the only list of them.

Promises its caller names, roles and ports exactly as the stand runs them, in the order of the file,
and a clear error that lists the right names when asked for a wrong one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROLES = ("contender", "reference", "control")
COMPOSE_FILE = Path(__file__).parent.parent.parent / "compose.yaml"
POSTGRES, UPSTREAM = "postgres", "upstream"
"""The names of the helpers."""
PORT = 8000
"""Where every service listens inside its own container."""


@dataclass(frozen=True)
class Service:
    """One container under test, as its stanza in compose.yaml describes it."""

    name: str
    role: str
    published_port: int
    twin_of: str | None = None
    """The service whose image it runs in a second container, as a check of the instrument."""
    variant_of: str | None = None
    """The service that it differs from in exactly one thing."""
    only: tuple[str, ...] = ()
    """The scenarios that it can answer; empty: all."""
    declared: Mapping[str, str] = field(default_factory=dict, hash=False)  # a mapping has no hash
    """The checks of conformance that it cannot pass, each with the reason in a sentence."""
    why: str | None = None
    """Why it runs on this server and with these settings, in a sentence or two."""
    lead_seconds: float | None = None
    """How long it takes after idling to reach its usual rate; None: as long as most services."""

    def answers(self, scenario: str) -> bool:
        return not self.only or scenario in self.only


@dataclass(frozen=True)
class Helper:
    """One container that services need and that is not under test."""

    name: str
    what: str
    """What it is for, in a few words."""


class UnknownName(ValueError):
    """A name that is not in the list; its message names those that are."""

    def __init__(self, kind: str, wrong: Sequence[str], right: Sequence[str]) -> None:
        super().__init__(f"unknown {kind}: {', '.join(wrong)} (there are: {', '.join(right)})")


def read(path: Path = COMPOSE_FILE) -> tuple[Service, ...]:
    """All services of a compose file: the stanzas with an `x-role`."""
    stanzas = yaml.safe_load(path.read_text())["services"]
    return tuple(_service(name, stanza) for name, stanza in stanzas.items() if "x-role" in stanza)


def helpers(path: Path = COMPOSE_FILE) -> tuple[Helper, ...]:
    """All helpers of a compose file: the stanzas with an `x-helper`, which says what each is for."""
    stanzas = yaml.safe_load(path.read_text())["services"]
    for name, one in stanzas.items():
        if "x-helper" in one and not (isinstance(one["x-helper"], str) and one["x-helper"]):
            raise ValueError(f"compose.yaml: {name}: x-helper says what it is for, in a few words")
    return tuple(Helper(name, one["x-helper"]) for name, one in stanzas.items() if "x-helper" in one)


def select(services: Sequence[Service], names: Sequence[str]) -> tuple[Service, ...]:
    """Those services that are named, by themselves or by their group (`contenders`), in the catalogue's order.

    No names: all of them. Raises UnknownName.
    """
    groups = {f"{role}s": role for role in ROLES}
    known = [service.name for service in services]
    if wrong := [name for name in names if name not in known and name not in groups]:
        raise UnknownName("service", wrong, [*known, *groups])
    roles = {groups[name] for name in names if name in groups}
    return tuple(s for s in services if not names or s.name in names or s.role in roles)


def _service(name: str, stanza: Mapping[str, Any]) -> Service:
    role = stanza["x-role"]
    if role not in ROLES:
        raise ValueError(f"compose.yaml: {name}: x-role is {role!r}; it must be one of {', '.join(ROLES)}")
    ports = stanza.get("ports", ())
    if len(ports) != 1:
        raise ValueError(f"compose.yaml: {name}: needs exactly one port, like ports: ['127.0.0.1:8001:{PORT}']")
    published, inside = ports[0].split(":")[-2:]
    if int(inside) != PORT:
        raise ValueError(f"compose.yaml: {name}: publishes port {inside}; every service listens on {PORT}")
    declared = stanza.get("x-declared", {})
    if not isinstance(declared, dict) or not all(isinstance(reason, str) for reason in declared.values()):
        raise ValueError(f"compose.yaml: {name}: x-declared takes a reason for each check, like {{CHECK: REASON}}")
    return Service(
        name=name,
        role=role,
        published_port=int(published),
        twin_of=stanza.get("x-twin-of"),
        variant_of=stanza.get("x-variant-of"),
        only=tuple(stanza.get("x-only", ())),
        declared=declared,
        why=stanza.get("x-why"),
        lead_seconds=stanza["x-lead-ms"] / 1000 if "x-lead-ms" in stanza else None,
    )
