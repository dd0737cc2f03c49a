"""docs/parity.md: how like each other the services are, from what is written in their folders and in compose.yaml.

`python -m levelground.parity` writes it anew. It names for each service the command that runs it, the packages that do
the work with their pinned versions, the lines of each topic, and each check that it declares it cannot pass.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from levelground.contract import checker, hostility
from levelground.contract.topics import TOPICS
from levelground.stand import catalog
from levelground.stand.catalog import Service

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "parity.md"
SOURCES = (".py", ".js", ".ts", ".go")
BROUGHT = ("uvloop", "httptools", "h11", "websockets", "wsproto", "ujson", "cheroot", "psycopg")
"""Packages that do work on every request, or a topic's, and come with others that a service asks for."""

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
_WANTED = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?[^#\n]*?(?:#\s*(.+))?$", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """Something that a service is built from."""

    name: str
    version: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}" + (f" ({self.reason})" if self.reason else "")


def packages(folder: Path) -> list[Package]:
    """What a service asks for, and what of note comes with it, as they are pinned."""
    if (wanted := folder / "requirements.in").exists():
        return list(_from_pypi(wanted.read_text(), (folder / "requirements.txt").read_text()))
    if (wanted := folder / "package.json").exists():
        locked: Mapping[str, Any] = json.loads((folder / "package-lock.json").read_text())["packages"]
        names = json.loads(wanted.read_text()).get("dependencies", {})
        return [Package(name, locked[f"node_modules/{name}"]["version"], "") for name in names]
    return []


def _from_pypi(wanted: str, pinned: str) -> Iterator[Package]:
    versions = {name.lower(): version for name, version in _PIN.findall(pinned)}
    asked = [(name, reason) for name, _, reason in _WANTED.findall(wanted)]
    for name, reason in asked:
        yield Package(name, versions[name.lower()], reason)
    names = {name for name, _ in asked}
    yield from (Package(name, versions[name], "") for name in BROUGHT if name in versions and name not in names)


def lines(folder: Path, topic: str) -> int:
    """Lines that are not blank, of the files that have the topic's name: `state.py`, `state.controller.ts`."""
    return sum(
        1
        for file in sorted(folder.rglob(f"{topic}.*"))
        if file.suffix in SOURCES and "node_modules" not in file.parts
        for line in file.read_text().splitlines()
        if line.strip()
    )


def page() -> str:
    """The whole page, in Markdown."""
    stanzas: Mapping[str, Any] = yaml.safe_load(catalog.COMPOSE_FILE.read_text())["services"]
    services = [one for one in catalog.read() if one.role != "control"]
    return "\n".join(
        [
            "# Parity",
            "",
            "How like each other the services are, by their folders and by compose.yaml. Written by `make generate`.",
            "All have the same limits (compose.yaml, `x-service`), and all keep [the contract](../CONTRACT.md).",
            "Why each is built as it is stands in [README](../README.md#what-is-compared).",
            "",
            "## What runs them",
            "",
            "| service | command | packages, as pinned |",
            "|---|---|---|",
            *(_runs(one, stanzas[one.name]) for one in services),
            "",
            "## Lines of each topic",
            "",
            "Without blank lines; a dash where the service has no file of that name.",
            "What services share (services/shared) is not counted.",
            "",
            *_sizes([one for one in services if not one.variant_of]),
            "",
            "## What they declare they cannot do",
            "",
            "Each is a check of `make conformance` that the service leaves out, with the reason.",
            "",
            "| check | service | reason |",
            "|---|---|---|",
            *_declared(services),
            "",
            "## Bad input",
            "",
            "Where services fail at what `make hostile` does, with what the check asks and the reason.",
            "Behind a proxy that waits for whole requests, as most are run, slow clients never reach them.",
            "",
            "| check | asks | service | reason |",
            "|---|---|---|---|",
            *_findings(services),
            "",
        ]
    )


def _folder(service: Service) -> Path:
    return ROOT / "services" / (service.variant_of or service.name)


def _runs(service: Service, stanza: Mapping[str, Any]) -> str:
    command = " ".join(stanza.get("command", "as its Dockerfile says").split())
    built = ", ".join(map(str, packages(_folder(service)))) or "the standard library"
    return f"| `{service.name}` | `{command}` | {_cell(built)} |"


def _sizes(services: Sequence[Service]) -> Iterator[str]:
    topics = [topic.name for topic in TOPICS if topic.name != "about"]
    yield f"| service | {' | '.join(topics)} | all |"
    yield "|---" + "|---:" * (len(topics) + 1) + "|"
    for one in services:
        sizes = [lines(_folder(one), topic) for topic in topics]
        yield f"| `{one.name}` | {' | '.join(str(size or '–') for size in sizes)} | {sum(sizes)} |"


def _declared(services: Sequence[Service]) -> Iterator[str]:
    reasons = [(check, one.name, reason) for one in services for check, reason in checker.of_contract(one).items()]
    for check, name, reason in sorted(reasons, key=lambda each: each[0]):
        yield f"| {check} | `{name}` | {_cell(reason)} |"


def _findings(services: Sequence[Service]) -> Iterator[str]:
    """By check, in the order of `make hostile`, and services with the same reason in one row."""
    for check in hostility.CHECKS:
        reasons: dict[str, list[str]] = {}
        for one in services:
            if reason := one.declared.get(check.name):
                reasons.setdefault(reason, []).append(f"`{one.name}`")
        for reason, names in reasons.items():
            yield f"| {check.name} | {check.asks} | {', '.join(names)} | {_cell(reason)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
