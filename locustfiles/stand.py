"""What Locust loads for the web UI: users, the form's own fields, and a tab with the numbers that can be quoted."""

from argparse import Namespace
from typing import Any

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from levelground import catalog, page, record, scenario, summary
from levelground.measurement import Plan
from levelground.user import Connection, Driver

__all__ = ["Connection"]


@events.init_command_line_parser.add_listener
def _(parser: LocustArgumentParser) -> None:
    services = [service.name for service in catalog.read()]
    scenarios = [one.name for one in scenario.read()]
    parser.add_argument("--services", choices=services, default=services, nargs="+", is_multiple=True)
    parser.add_argument("--scenarios", choices=scenarios, default=["hello"], nargs="+", is_multiple=True)
    parser.add_argument("--seed", type=int, default=1, help="order of the slices and values of the parameters")


@events.init.add_listener
def _(environment: Environment, **_: Any) -> None:
    Driver(
        environment,
        plan=lambda connections: _plan(environment.parsed_options, connections),
        finished=summary.judge,
        watch=summary.Watch(
            lambda run, slices: record.Folder.of(run).write_json("summary.json", summary.of(run, slices))
        ),
    )
    if environment.web_ui is not None:
        page.install(environment)


def _plan(options: Namespace, connections: int) -> Plan:
    return Plan(
        services=catalog.select(catalog.read(), options.services),
        scenarios=scenario.select(scenario.read(), options.scenarios),
        connections=connections,
        minutes=None,
        seed=options.seed,
    )
