"""The web UI's own tab: the numbers that can be quoted, beside Locust's tables, which show load as it was sent.

Runs in the master, which sends nothing itself: it shows the newest run's summary.json as the worker leaves it.
"""

import json
from typing import Any

import msgspec
from flask import Response, request
from locust.env import Environment

from levelground.judging.summary import MEASURES, Summary, ranked
from levelground.model.folder import RESULTS
from levelground.showing import table

KEY = "level-ground"
COLUMNS = {
    "scenario": "Scenario",
    "group": "Letter",
    "service": "Service",
    "ratio": "Ratio to the reference (95 %)",
    "throughput": "Requests/s",
    "offered": "Offered/s",
    "capacity": "Capacity/s",
    "cpu": "CPU µs/request",
    "p50": "p50 (ms)",
    "p99": "p99 (ms)",
    "errors": "Errors",
    "verdict": "Verdict",
}


def install(environment: Environment) -> None:
    """Adds the tab to the web UI of a master."""
    ui = environment.web_ui
    assert ui is not None
    assert ui.app is not None
    structure = [{"key": key, "title": title} for key, title in COLUMNS.items()]
    ui.template_args["extended_tabs"] = [{"title": "Level Ground", "key": KEY}]
    ui.template_args["extended_tables"] = [{"key": KEY, "structure": structure}]

    @ui.app.after_request
    def add_rows(response: Response) -> Response:
        if request.path == "/stats/requests" and response.json is not None:
            response.set_data(json.dumps({**response.json, "extended_stats": [{"key": KEY, "data": rows()}]}))
        return response


def rows() -> list[dict[str, Any]]:
    """The newest run's cells as the tab shows them; none before its first summary."""
    path = RESULTS / "latest" / "summary.json"
    try:
        summary = msgspec.json.decode(path.read_bytes(), type=Summary)
    except (FileNotFoundError, msgspec.ValidationError):
        return []
    return [
        {
            "scenario": scenario,
            "group": cell.group,
            "service": service,
            "ratio": str(getattr(cell, MEASURES[scored.load]) or "–"),
            "throughput": table.rate(cell.throughput_per_second),
            "offered": table.rate(cell.offered_per_second),
            "capacity": table.rate(cell.capacity_per_second),
            "cpu": f"{cell.cpu_us_per_request.estimate:.1f}" if cell.cpu_us_per_request else "–",
            "p50": table.milliseconds(cell.latency_us["p50"]),
            "p99": table.milliseconds(cell.latency_us["p99"]),
            "errors": cell.errors,
            "verdict": "; ".join(cell.reasons)[:300] or "ok",
        }
        for scenario, scored in summary.scenarios.items()
        for service, cell in ranked(scored)
    ]
