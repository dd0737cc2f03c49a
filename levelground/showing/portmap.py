"""The port map: which service listens where, in which version."""

from collections.abc import Mapping, Sequence
from typing import Any

from levelground.stand.catalog import Service


def render(
    services: Sequence[Service],
    answers: Mapping[str, Mapping[str, Any]],
    wrong: Mapping[str, str],
    environment: Mapping[str, str],
) -> str:
    """A line for each service, and one for Locust; `environment` holds BIND_ADDRESS and LOCUST_PORT."""
    host = environment.get("BIND_ADDRESS", "127.0.0.1")
    locust = environment.get("LOCUST_PORT", "8089")
    rows = [
        (service.role, f"http://{host}:{service.published_port}", service.name, _who(service.name, answers, wrong))
        for service in services
    ]
    rows.append(("Locust", f"http://{host}:{locust}", "web UI", "choose services, scenarios and users, then Start"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]) for row in rows
    ]
    if wrong:
        lines.append(f"not up: {', '.join(wrong)} (docker compose logs {' '.join(wrong)})")
    return "\n".join(lines)


def _who(name: str, answers: Mapping[str, Mapping[str, Any]], wrong: Mapping[str, str]) -> str:
    if name in wrong:
        return f"NOT UP: {wrong[name]}"
    about = answers[name]
    return (
        f"{about['framework']} {about['framework_version']}"
        + (f" on {about['server']} {about['server_version']}" if about["server"] != about["framework"] else "")
        + f", {about['language']}"
        + (f" {about['language_version']}" if about["language_version"] else "")
    )
