"""`/metrics` on the web UI: the newest run as Prometheus reads it, whichever container makes it."""

from collections.abc import Callable
from typing import Any

from flask import Response
from locust.env import Environment

from levelground.showing import exporter
from levelground.showing.exporter import Exporter


def install(environment: Environment) -> None:
    """Adds the page to the web UI of a master."""
    ui = environment.web_ui
    assert ui is not None
    assert ui.app is not None
    of_newest = Exporter()

    def metrics() -> Response:
        return Response(of_newest.text(), content_type=exporter.CONTENT_TYPE)

    # Who has to log in to Locust has to here.
    guarded: Callable[[Any], Any] = ui.auth_required_if_enabled
    ui.app.add_url_rule("/metrics", view_func=guarded(metrics))
