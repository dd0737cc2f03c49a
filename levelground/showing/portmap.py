"""The port map: which service listens where, in which version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from levelground.showing import captions, columns
from levelground.showing.columns import Column
from levelground.stand.catalog import Helper, Service


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
    helpers: Sequence[Helper] = (),
    away: Mapping[str, str] | None = None,
) -> str:
    """A line for each service and each helper, and one for Locust; `environment` holds BIND_ADDRESS and LOCUST_PORT.

    Helpers have no address for people. `away` says of those that do not answer why.
    """
    away = away or {}
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
    rows += [
        _Row("helper", "–", one.name, f"NOT UP: {away[one.name]}" if one.name in away else one.what) for one in helpers
    ]
    rows.append(_Row("Locust", web_ui(environment), "web UI", "choose services and scenarios, then Start"))
    lines = columns.lines(COLUMNS, {"": rows})
    if missing := [*wrong, *away]:
        lines.append(f"not up: {', '.join(missing)} (docker compose logs {' '.join(missing)})")
    return "\n".join(lines)


def web_ui(environment: Mapping[str, str]) -> str:
    """Where Locust's pages are, for people on this host."""
    return f"http://{environment.get('BIND_ADDRESS', '127.0.0.1')}:{environment.get('LOCUST_PORT', '8089')}"


def observers(addresses: Mapping[str, str]) -> str:
    """Where Prometheus and Grafana listen; `addresses` has those that could be started, by their names."""
    told = {
        "prometheus": "follows the newest run, from the web UI and from make bench; keeps it until make down",
        "grafana": "dashboards: Live comparison, One service, The instrument's health",
    }
    rows = [_Row("observer", f"http://{addresses[name]}", name, told[name]) for name in told if name in addresses]
    lines = columns.lines(COLUMNS, {"": rows})
    if "grafana" not in addresses:
        lines.append(
            "Grafana is missing: its image cannot be had on this host, and Debian has no package of it. Without it "
            "there are no dashboards; Prometheus' own page answers the queries that are in dashboards/grafana/."
        )
    return "\n".join(lines)
