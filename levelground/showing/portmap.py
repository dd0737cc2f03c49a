"""The port map: which service listens where, in which version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from levelground.showing import captions, columns
from levelground.showing.columns import Column
from levelground.stand.catalog import Service


@dataclass(frozen=True)
class _Row:
    role: str
    address: str
    name: str
    what: str


COLUMNS = (
    Column[_Row]("role", lambda row: row.role, is_word=True),
    Column[_Row]("address", lambda row: row.address, is_word=True),
    Column[_Row]("service", lambda row: row.name, is_word=True),
    Column[_Row]("what runs there", lambda row: row.what, is_word=True),
)


def render(
    services: Sequence[Service],
    answers: Mapping[str, Mapping[str, Any]],
    wrong: Mapping[str, str],
    environment: Mapping[str, str],
) -> str:
    """A line for each service, and one for Locust; `environment` holds BIND_ADDRESS and LOCUST_PORT."""
    host = environment.get("BIND_ADDRESS", "127.0.0.1")
    rows = [
        _Row(
            service.role,
            f"http://{host}:{service.published_port}",
            service.name,
            f"NOT UP: {wrong[service.name]}" if service.name in wrong else captions.of(answers[service.name]),
        )
        for service in services
    ]
    rows.append(_Row("Locust", web_ui(environment), "web UI", "choose services and scenarios, then Start"))
    lines = columns.lines(COLUMNS, {"": rows})
    if wrong:
        lines.append(f"not up: {', '.join(wrong)} (docker compose logs {' '.join(wrong)})")
    return "\n".join(lines)


def web_ui(environment: Mapping[str, str]) -> str:
    """Where Locust's pages are, for people on this host."""
    return f"http://{environment.get('BIND_ADDRESS', '127.0.0.1')}:{environment.get('LOCUST_PORT', '8089')}"
