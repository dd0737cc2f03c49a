"""What Locust loads for the web UI: users, the form's own fields, and a tab with the numbers that can be quoted."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from levelground.judging import summary
from levelground.locust import tab
from levelground.locust.driver import Connection, Driver
from levelground.measuring.plan import Plan
from levelground.model import record
from levelground.model.folder import Folder
from levelground.model.objective import Objective
from levelground.stand import catalog
from levelground.traffic import scenario
from levelground.traffic.rates import LOADS, Rate

__all__ = ["Connection"]


@events.init_command_line_parser.add_listener
def _(parser: LocustArgumentParser) -> None:
    services = [service.name for service in catalog.read()]
    scenarios = [one.name for one in scenario.read()]
    parser.add_argument("--services", choices=services, default=services, nargs="+", is_multiple=True)
    parser.add_argument("--scenarios", choices=scenarios, default=["hello"], nargs="+", is_multiple=True)
    parser.add_argument("--load", choices=LOADS, default=LOADS[0], help="closed, open at a rate, or capacity")
    parser.add_argument("--rate", default="50%", help="open: requests per second, or a share of the slowest service")
    parser.add_argument("--objective", default="p99<50ms", help="capacity: what the highest rate has to meet")
    parser.add_argument("--seed", type=int, default=1, help="order of the slices and values of the parameters")


@events.init.add_listener
def _(environment: Environment, **_: Any) -> None:
    Driver(
        environment,
        plan=lambda connections: _plan(environment.parsed_options, connections),
        finished=summary.judge,
        watch=summary.Watch(_summarise),
    )
    if environment.web_ui is not None:
        tab.install(environment)


def _summarise(run: record.Run, slices: Sequence[record.Slice]) -> None:
    folder = Folder.of(run)
    folder.write_json("summary.json", summary.of(run, slices, list(folder.read_blocks())))


def _plan(options: Namespace, connections: int) -> Plan:
    return Plan(
        services=catalog.select(catalog.read(), options.services),
        scenarios=scenario.select(scenario.read(), options.scenarios),
        connections=connections,
        minutes=None,
        seed=options.seed,
        load=options.load,
        rate=Rate.parse(options.rate),
        objective=Objective.parse(options.objective) if options.load == "capacity" else None,
    )
