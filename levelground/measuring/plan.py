"""What to measure: everything that a run is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from levelground.model.objective import Objective
from levelground.model.record import Run
from levelground.stand import catalog
from levelground.traffic import scenario
from levelground.traffic.rates import HALF, Rate
from levelground.traffic.scenario import Scenario


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    services: tuple[catalog.Service, ...]
    scenarios: tuple[Scenario, ...]
    connections: int
    """To each service."""
    minutes: float | None
    """None: until stopped."""
    seed: int
    excluded: Mapping[str, str] = field(default_factory=dict)
    """Services that are not to be measured, and why: their cells say so."""
    slice_seconds: float | None = None
    """None: as short as the load, the connections and the slowest service allow."""
    lead_seconds: float | None = None
    load: str = "closed"
    rate: Rate = HALF
    """If the load is open."""
    objective: Objective | None = None
    """If the load is capacity."""
    precision: float | None = None
    """None: until the time is over."""
    rounds: int = 1
    """Into how many parts the time is cut, with the services restarted between them."""

    @classmethod
    def of(cls, told: Run) -> Self:
        """The plan of a run that was begun. Raises UnknownName if a service or a scenario is gone since."""
        return cls(
            services=catalog.select(catalog.read(), list(told.services)),
            scenarios=scenario.select(scenario.read(), list(told.scenarios)),
            connections=told.connections,
            minutes=told.minutes,
            seed=told.seed,
            excluded={name: one.problem for name, one in told.services.items() if one.problem},
            rounds=told.rounds,
            load=told.load,
            objective=Objective.parse(told.objective) if told.objective else None,
            precision=told.precision,
        )


class Changed(Exception):
    """The stand is not the one that the run was begun on; the message lists the differences."""


def changes(told: Run, now: dict[str, dict[str, Any]], engine: dict[str, Any] | None) -> list[str]:
    """How the services differ from those that the run was begun with: images, versions, limits."""
    found = []
    images, before = ((each or {}).get("images", {}) for each in (engine, told.host.get("engine")))
    for name, member in told.services.items():
        if name in images and name in before and images[name] != before[name]:
            found.append(f"{name} has another image")
        elif member.about and name in now:
            differing = [key for key in member.about if key != "container" and member.about[key] != now[name].get(key)]
            found += [f"{name}: {key} was {member.about[key]}, is {now[name].get(key)}" for key in differing]
    return found
