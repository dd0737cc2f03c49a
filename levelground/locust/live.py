"""The live page of the web UI, at /compare: the newest run as far as it has got, whether it was started here or by
`make bench`.

Runs in the master, which sends nothing itself: what it needs for a look, it takes from the run's files.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from gevent.threadpool import ThreadPool
from locust.env import Environment

from levelground.judging.live import Live
from levelground.model.folder import RESULTS, Folder
from levelground.model.look import announced
from levelground.showing import frame, live
from levelground.stand import catalog

NO_RUN = "There is no run yet: choose services and scenarios, then Start; or make bench."
BEGINS = "A run begins: its services are being met."


class _Newest:
    """The newest run, followed."""

    def __init__(self) -> None:
        self._live: Live | None = None

    def __call__(self) -> Live | str:
        """In words if there is none, or it has not begun yet."""
        path = (RESULTS / "latest").resolve()
        if not (path / "run.json").exists():
            return BEGINS if path.exists() else NO_RUN
        if self._live is None or self._live.folder.path != path:
            self._live = Live(Folder(path))
        return self._live


def install(environment: Environment) -> None:
    """Adds the page to the web UI of a master."""
    ui: Any = environment.web_ui
    newest = _Newest()
    catalogue = [one.name for one in catalog.read()]
    # A thread of its own, one look at a time: the web UI goes on answering meanwhile.
    thread = ThreadPool(1)

    def asked(look: Callable[[Live, Any], object | None]) -> Response:
        """What a look at the newest run says, as JSON; 404 where there is nothing."""

        def answer() -> bytes | str:
            followed = newest()
            if isinstance(followed, str):
                return followed
            with announced(followed.folder.path):
                told = look(followed, followed.read())
            return "this run has no such scenario or service" if told is None else msgspec.json.encode(told)

        told = thread.apply(answer)
        if isinstance(told, str):
            return Response(told, 404, content_type="text/plain; charset=utf-8")
        return Response(told, content_type="application/json", headers={"Cache-Control": "no-store"})

    def page() -> str:
        return live.page(vega="compare/vega.js", chosen="./", watch="watch")

    def state() -> Response:
        scenario = request.args.get("scenario")
        return asked(lambda one, run: live.state(one, run, scenario, catalogue))

    def details() -> Response:
        scenario, service = request.args.get("scenario", ""), request.args.get("service", "")
        return asked(lambda one, run: live.details(one, run, scenario, service, catalogue))

    def chart() -> Response:
        scenario = request.args.get("scenario", "")
        return asked(lambda one, run: live.chart(run, scenario))

    def vega() -> Response:
        headers = {"Cache-Control": "max-age=86400"}
        return Response(thread.apply(frame.vega), content_type="text/javascript", headers=headers)

    pages = Blueprint("compare", __name__, url_prefix="/compare")
    for path, view in (("", page), ("/state", state), ("/details", details), ("/chart", chart), ("/vega.js", vega)):
        # Who has to log in to Locust has to here.
        pages.add_url_rule(path, endpoint=view.__name__, view_func=ui.auth_required_if_enabled(view))
    ui.app.register_blueprint(pages)
