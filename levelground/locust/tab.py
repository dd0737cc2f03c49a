"""The web UI's own tab: the numbers that can be quoted, beside Locust's tables, which show load as it was sent.

Runs in the master, which sends nothing itself: it shows the newest run's summary.json as the worker leaves it.
"""

import json
import re
from typing import Any

import msgspec
from flask import Response, request
from locust.env import Environment

from levelground.judging.summary import Summary
from levelground.model.folder import RESULTS
from levelground.showing import table
from levelground.showing.columns import Column
from levelground.showing.table import Row

KEY = "level-ground"
_BEFORE = (
    Column[Row]("scenario", lambda row: row.scenario, is_word=True),
    Column[Row]("ratios to", lambda row: row.baseline or "–", is_word=True),
)
_AFTER = (Column[Row]("why", lambda row: "; ".join(row.cell.reasons)[:300], is_word=True),)


def install(environment: Environment) -> None:
    """Adds the tab to the web UI of a master."""
    ui = environment.web_ui
    assert ui is not None
    assert ui.app is not None
    ui.template_args["extended_tabs"] = [{"title": "Level Ground", "key": KEY}]

    @ui.app.before_request
    def choose_columns() -> None:
        # Locust asks for them when it shows its page, whether or not there is a run yet.
        load = getattr(environment.parsed_options, "load", "closed")
        ui.template_args["extended_tables"] = [{"key": KEY, "structure": structure(load)}]

    @ui.app.after_request
    def add_rows(response: Response) -> Response:
        if request.path == "/stats/requests" and response.json is not None:
            response.set_data(json.dumps({**response.json, "extended_stats": [{"key": KEY, "data": rows()}]}))
        return response


def structure(load: str) -> list[dict[str, str]]:
    """The columns that a run of some load has, as Locust's page takes them."""
    return [{"key": _key(one), "title": one.title} for one in (*_BEFORE, *table.COLUMNS[load], *_AFTER)]


def rows() -> list[dict[str, Any]]:
    """The newest run's cells as the tab shows them; none before its first summary."""
    path = RESULTS / "latest" / "summary.json"
    try:
        summary = msgspec.json.decode(path.read_bytes(), type=Summary)
    except (FileNotFoundError, msgspec.ValidationError):
        return []
    columns = (*_BEFORE, *table.COLUMNS[summary.context["load"]], *_AFTER)
    return [{_key(one): one.text(row) for one in columns} for row in table.rows(summary)]


def _key(column: Column[Row]) -> str:
    """Of lower-case letters and digits alone, which Locust's page leaves as they are."""
    return re.sub(r"[^a-z0-9]", "", column.title.lower().replace("/s", ""))
