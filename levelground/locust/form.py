"""The web UI's first page: services, scenarios and load to choose, with a Start.

The run is then shown at /compare (live.py); Locust's own pages are at /watch. Its own start form would ask for a host,
which nothing here needs, and fold away what there is to choose.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import gevent
from flask import Blueprint, Response, jsonify, redirect, render_template, request
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import STATE_INIT, STATE_RUNNING, STATE_SPAWNING, MasterRunner
from werkzeug.wrappers import Response as AnyResponse

from levelground import options
from levelground.measuring.plan import Plan
from levelground.options import Bench
from levelground.showing import captions
from levelground.stand import catalog
from levelground.stand.catalog import ROLES
from levelground.traffic import scenario
from levelground.traffic.rates import LOADS

CONNECTIONS = 16
SPAWN_RATE = 100
"""Connections that are opened per second; Locust warns of more."""
START_SECONDS = 1.0
"""Within which a run that was asked for has begun."""
_LISTS = ("services", "scenarios")
_FIELDS = (*_LISTS, "load", "rate", "objective", "seed")
_OPTIONS = {one.field: one for one in options.of(Bench)}


def declare(parser: LocustArgumentParser) -> None:
    """Adds what can be chosen to Locust's own options: a master sends those to its workers."""
    services = [service.name for service in catalog.read()]
    scenarios = [one.name for one in scenario.read()]
    kinds: Mapping[str, dict[str, Any]] = {
        "services": {
            "choices": [*services, *(f"{role}s" for role in ROLES)],
            "default": services,
            "nargs": "+",
            "is_multiple": True,
        },
        "scenarios": {"choices": scenarios, "default": ["hello"], "nargs": "+", "is_multiple": True},
        "load": {"choices": LOADS, "default": _OPTIONS["load"].otherwise},
        "rate": {"default": _OPTIONS["rate"].otherwise},
        "objective": {"default": _OPTIONS["objective"].otherwise},
        "seed": {"type": int, "default": int(_OPTIONS["seed"].otherwise)},
    }
    for name in _FIELDS:
        # For argparse, a percent sign begins a placeholder.
        parser.add_argument(f"--{name}", help=_plain(_OPTIONS[name].help).replace("%", "%%"), **kinds[name])


def plan(chosen: Mapping[str, Any], connections: object) -> Plan:
    """What to measure until it is stopped, from the values of the form by their names. Raises ValueError."""
    given = [f"CONNECTIONS={connections}", f"SEED={chosen['seed']}", f"LOAD={chosen['load']}"]
    for name in _LISTS:
        if not chosen[name] or not all(one.strip() for one in chosen[name]):
            raise ValueError(f"choose one of the {name}, or more")
        given.append(f"{name.upper()}={','.join(chosen[name])}")
    # What the load that was chosen has no use for may say anything.
    given += [f"{one.name}={chosen[one.field]}" for one in _OPTIONS.values() if one.needs == ("load", chosen["load"])]
    return replace(options.parse(Bench, given).plan(), minutes=None, rounds=1)


def install(environment: Environment) -> None:
    """Puts the form in front of the web UI of a master; no run starts from there before what was sent is checked."""
    ui = environment.web_ui
    assert ui is not None
    assert ui.app is not None
    swarm: Any = ui.app.view_functions["locust.swarm"]

    def checked_swarm(*, whole: bool = False) -> Response:
        problem = _problem(environment, _values(environment, whole=whole))
        answer: Response = jsonify({"success": False, "message": problem}) if problem else swarm()
        return answer

    def choose(problem: str | None = None) -> str:
        return _page(environment, problem)

    def start() -> tuple[str, int] | AnyResponse:
        answer = checked_swarm(whole=True).get_json()
        if not answer["success"]:
            return choose(answer["message"]), 422
        with gevent.Timeout(START_SECONDS, False):
            while not _is_running(environment):
                gevent.sleep(0.01)
        return redirect("compare", 303)

    def watch() -> str | AnyResponse:
        if _state(environment) == STATE_INIT:
            return redirect("./")
        ui.update_template_args()  # type: ignore[no-untyped-call]
        return render_template("watch.html", template_args=ui.template_args)

    # Who has to log in to Locust has to here.
    guarded: Callable[[Any], Any] = ui.auth_required_if_enabled
    pages = Blueprint("levelground", __name__, template_folder="templates")
    pages.add_url_rule("/start", view_func=guarded(start), methods=["POST"])
    pages.add_url_rule("/watch", view_func=guarded(watch))
    ui.app.register_blueprint(pages)
    ui.app.view_functions |= {"locust.index": guarded(choose), "locust.swarm": guarded(checked_swarm)}


def _page(environment: Environment, problem: str | None) -> str:
    """The form with what was chosen before, or was sent and has a problem."""
    groups = {
        role: {one.name: _plain(captions.why(one)) for one in catalog.read() if one.role == role} for role in ROLES
    }
    return render_template(
        "choose.html",
        problem=problem,
        is_running=_is_running(environment),
        has_run=_state(environment) != STATE_INIT,
        groups=groups,
        scenarios={one.name: _plain(one.summary) for one in scenario.read()},
        loads=LOADS,
        help={name: _plain(one.help) for name, one in _OPTIONS.items()},
        spawn_rate=SPAWN_RATE,
        chosen=_values(environment, whole=request.method == "POST"),
    )


def _plain(markdown: str) -> str:
    return markdown.replace("`", "")


def _state(environment: Environment) -> str:
    return "" if environment.runner is None else str(environment.runner.state)


def _is_running(environment: Environment) -> bool:
    return _state(environment) in (STATE_SPAWNING, STATE_RUNNING)


def _values(environment: Environment, *, whole: bool) -> dict[str, Any]:
    """The values of a form that was sent; what it lacks is as it was before, or of a `whole` form empty."""
    before = vars(environment.parsed_options)
    values: dict[str, Any] = {}
    for name in _FIELDS:
        sent = request.form.getlist(name)
        if name not in _LISTS:
            values[name] = sent[0] if sent else before[name]
        elif sent or whole:
            # Locust's own form may send a list as one value with commas.
            values[name] = [one for each in sent for one in each.split(",")]
        else:
            values[name] = before[name]
    values["connections"] = request.form.get("user_count") or before["num_users"] or CONNECTIONS
    return values


def _problem(environment: Environment, values: Mapping[str, Any]) -> str | None:
    """Why these values start no run, in a sentence."""
    try:
        plan(values, values["connections"])
    except ValueError as error:
        return str(error)
    runner = environment.runner
    if isinstance(runner, MasterRunner) and not runner.worker_count:
        return "no worker has connected yet: try again in a moment (or look at docker compose logs locust-worker)"
    return None
