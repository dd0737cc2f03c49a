"""What to measure: everything that a run is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from levelground.model.objective import Objective
from levelground.stand import catalog
from levelground.traffic.rates import HALF, Rate
from levelground.traffic.scenario import Scenario

WARMUP_SECONDS = 2.0


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
    warmup_seconds: float = WARMUP_SECONDS
