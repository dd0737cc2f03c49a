"""The options of every command, declared once: from here come parsing, error messages, help texts and documentation.

An option of a command is a field of its struct. Its `Meta` holds the bounds, the help in one line, and, in `extra`:

- `parse` reads its text and raises a ValueError that says what would be right; without it, msgspec reads a number;
- `takes` says what would be right, where `parse` does not;
- `otherwise` says in words what happens if it is not given, where the default does not;
- `needs` is the field and its value without which the option has no meaning;
- `alone` says why it takes no other options.
"""

import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct, field

from levelground.measuring.plan import Plan
from levelground.model.folder import RESULTS, Folder
from levelground.model.objective import Objective
from levelground.stand import catalog
from levelground.stand.catalog import ROLES, Service, UnknownName
from levelground.traffic import scenario
from levelground.traffic.rates import HALF, LOADS, Rate, trial_seconds
from levelground.traffic.scenario import Scenario

KNOBS = frozenset(re.findall(r"^(\w+)=", (Path(__file__).parent.parent / ".env").read_text(), re.MULTILINE))
"""The names in .env: they shape the stand, not a command, and are no mistake on any command line."""

USUAL = "hello,params,echo"
"""Scenarios of a run that names none: the floor, parameters, bodies. More of them would leave each too little time."""
MINUTES, ROUNDS = 3.0, 6
"""Of a run that names neither. Restarts move services, and only more rounds make that average out."""
TRIALS, TRIALS_OF_A_ROUND = 20, 8
"""Of each service in each scenario, in a search for capacities: what a run that names no minutes has time for, and what
a round has time for at least."""

Kind = type[Struct]
_FINITE = sys.float_info.max


class Wrong(ValueError):
    """An option that was given wrongly; the message says what would be right."""


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]


def _services(text: str) -> tuple[Service, ...]:
    return catalog.select(catalog.read(), _words(text))


def _scenarios(text: str) -> tuple[Scenario, ...]:
    return scenario.select(scenario.read(), _words(text))


def _load(text: str) -> str:
    if text not in LOADS:
        raise UnknownName("load", [text], LOADS)
    return text


def _share(text: str) -> float:
    """A percentage such as 1% or 0.5% as a share."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    if match is None or float(match[1]) == 0:
        raise ValueError("it is no percentage above 0")
    return float(match[1]) / 100


def _run(text: str) -> Folder:
    folder = Folder(RESULTS / text)
    if not (folder.path / "run.json").exists():
        runs = sorted(path.parent.name for path in RESULTS.glob("*/run.json") if not path.parent.is_symlink())
        raise ValueError(f"no run {folder.path} (there are: {', '.join(runs) or 'none'})")
    return folder


def _parts(text: str) -> list[str]:
    # Only a calibration needs what this loads.
    from levelground.calibration.parts import PARTS

    parts = _words(text)
    if wrong := [part for part in parts if part not in PARTS]:
        raise UnknownName("part", wrong, list(PARTS))
    return parts or list(PARTS)


_SERVICES = f"services by name or by the groups {', '.join(f'{role}s' for role in ROLES)}"
Services = Annotated[tuple[Service, ...], Meta(description=_SERVICES, extra={"parse": _services, "otherwise": "all"})]
Scenarios = Annotated[
    tuple[Scenario, ...],
    Meta(description="scenarios by name", extra={"parse": _scenarios, "otherwise": USUAL}),
]
Connections = Annotated[int, Meta(gt=0, description="connections to each service")]
Seed = Annotated[
    int, Meta(ge=0, description="what the order of slices, times of requests and values of parameters are drawn from")
]
Load = Annotated[
    str,
    Meta(
        description="`closed`: as fast as answers come; `open`: at a rate, with latencies that count from when a "
        "request was due; `capacity`: in search of the highest rate at which each service meets an objective",
        extra={"parse": _load},
    ),
]
OpenRate = Annotated[
    Rate,
    Meta(
        description="for `LOAD=open`: requests per second (`1000`), or a share of what the slowest service can do "
        "(`50%`); the same rate for all",
        extra={"parse": Rate.parse, "otherwise": "50%", "needs": ("load", "open")},
    ),
]
CapacityObjective = Annotated[
    Objective,
    Meta(
        description="for `LOAD=capacity`: a percentile of the latencies and its limit, such as `p99<50ms`",
        extra={"parse": Objective.parse, "needs": ("load", "capacity")},
    ),
]
Milliseconds = Annotated[float, Meta(gt=0, le=_FINITE)]


class Up(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)


class Conformance(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)


class Hostile(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)


class Bench(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)
    scenarios: Scenarios = field(default_factory=lambda: _scenarios(USUAL))
    minutes: Annotated[
        Annotated[float, Meta(gt=0, le=_FINITE)] | None,
        Meta(
            description="minutes of all rounds together",
            extra={"otherwise": f"{MINUTES:g}; in a search for capacities what {TRIALS} trials of each service take"},
        ),
    ] = None
    rounds: Annotated[
        Annotated[int, Meta(gt=0)] | None,
        Meta(
            description="rounds, with the services restarted between them",
            extra={
                "otherwise": f"{ROUNDS}, and in a longer run one for each minute; in a search for capacities as many "
                f"as hold {TRIALS_OF_A_ROUND} trials of each service, but two at least"
            },
        ),
    ] = None
    connections: Connections = 16
    seed: Seed = 1
    slice: Annotated[
        Milliseconds | None,
        Meta(description="milliseconds of a slice", extra={"otherwise": "as short as the load and the services allow"}),
    ] = None
    lead: Annotated[
        Milliseconds | None,
        Meta(
            description="milliseconds of traffic before each slice that are checked but not measured",
            extra={"otherwise": "by the load"},
        ),
    ] = None
    load: Load = LOADS[0]
    rate: OpenRate = HALF
    objective: CapacityObjective = Objective.parse("p99<50ms")
    precision: Annotated[
        float | None,
        Meta(
            description="such as `2%`: ends when every ratio's interval is that narrow, or when the time is over, "
            "and says which",
            extra={"parse": _share, "takes": "a percentage above 0, such as 1%", "otherwise": "ends with the time"},
        ),
    ] = None
    resume: Annotated[
        Folder | None,
        Meta(
            description="goes on with a run that was broken off: the name of its folder in `results/`, or `latest`",
            extra={"parse": _run, "alone": "the run's own hold", "otherwise": "begins a new run"},
        ),
    ] = None

    def plan(self) -> Plan:
        """What to measure."""
        minutes = self.minutes or MINUTES
        rounds = max(ROUNDS, math.ceil(minutes))
        if self.load == "capacity":
            trial = self.slice / 1000 if self.slice else trial_seconds(self.objective)
            pairs = sum(service.answers(one.name) for one in self.scenarios for service in self.services)
            # At least one: null answers `hello` alone, and a run of nothing says so in its table.
            once = trial * max(1, pairs)
            minutes = self.minutes or math.ceil(TRIALS * once / 60)
            rounds = min(rounds, max(2, int(60 * minutes / (TRIALS_OF_A_ROUND * once))))
        return Plan(
            services=self.services,
            scenarios=self.scenarios,
            connections=self.connections,
            minutes=minutes,
            seed=self.seed,
            slice_seconds=self.slice and self.slice / 1000,
            lead_seconds=self.lead and self.lead / 1000,
            load=self.load,
            rate=self.rate,
            objective=self.objective if self.load == "capacity" else None,
            precision=self.precision,
            rounds=self.rounds or rounds,
        )


MeasuredRun = Annotated[
    Folder,
    Meta(description="the name of a run's folder in `results/`", extra={"parse": _run, "otherwise": "latest"}),
]


class Judge(Struct, frozen=True, kw_only=True):
    run: MeasuredRun = field(default_factory=lambda: _run("latest"))


class Report(Struct, frozen=True, kw_only=True):
    run: MeasuredRun = field(default_factory=lambda: _run("latest"))


class Runs(Struct, frozen=True, kw_only=True):
    pass


class Compare(Struct, frozen=True, kw_only=True):
    a: Annotated[
        Folder | None,
        Meta(
            description="the earlier run: the name of its folder in `results/`",
            extra={"parse": _run, "otherwise": "the newest run of the same services and scenarios before `B`"},
        ),
    ] = None
    b: Annotated[
        Folder,
        Meta(description="the later run", extra={"parse": _run, "otherwise": "latest"}),
    ] = field(default_factory=lambda: _run("latest"))
    services: Annotated[
        tuple[Service, ...] | None, Meta(description=_SERVICES, extra={"parse": _services, "otherwise": "all"})
    ] = None
    fail_above: Annotated[
        float | None,
        Meta(
            description="such as `2%`: exit code 1 if one of the services surely takes that much more time than before",
            extra={"parse": _share, "takes": "a percentage above 0, such as 2%", "otherwise": "nothing fails"},
        ),
    ] = None


class Observe(Struct, frozen=True, kw_only=True):
    pass


class Footprint(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)
    repeats: Annotated[int, Meta(gt=0, description="restarts of each service, one at a time")] = 5


class Survey(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)


class Count(Struct, frozen=True, kw_only=True):
    services: Services = field(default_factory=catalog.read)
    scenarios: Annotated[
        tuple[Scenario, ...], Meta(description="scenarios by name", extra={"parse": _scenarios, "otherwise": "hello"})
    ] = field(default_factory=lambda: _scenarios("hello"))


class Calibrate(Struct, frozen=True, kw_only=True):
    parts: Annotated[
        list[str], Meta(description="parts of the calibration by name", extra={"parse": _parts, "otherwise": "all"})
    ] = field(default_factory=lambda: _parts(""))
    minutes: Annotated[float, Meta(gt=0, le=_FINITE, description="minutes of all parts together, about")] = 10.0


COMMANDS: dict[str, Kind] = {
    "up": Up,
    "bench": Bench,
    "conformance": Conformance,
    "survey": Survey,
    "hostile": Hostile,
    "judge": Judge,
    "report": Report,
    "runs": Runs,
    "compare": Compare,
    "footprint": Footprint,
    "count": Count,
    "calibrate": Calibrate,
    "observe": Observe,
}


@dataclass(frozen=True)
class Option:
    """One option of one command."""

    field: str
    help: str
    otherwise: str
    """What holds if it is not given, in words."""
    takes: str | None
    """What it takes, in words; None: `read` says it."""
    needs: tuple[str, str] | None
    alone: str | None
    read: Callable[[str], Any]
    """Its value from its text. Raises ValueError."""

    @property
    def name(self) -> str:
        return self.field.upper()


def of(kind: Kind) -> list[Option]:
    """The options of a command, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return [_option(one, hints[one.name]) for one in msgspec.structs.fields(kind)]


def parse[Command: Struct](kind: type[Command], given: Sequence[str]) -> Command:
    """A command's options from words like NAME=value. Raises Wrong."""
    known = {one.name: one for one in of(kind)}
    texts: dict[str, str] = {}
    for word in given:
        name, equals, text = word.partition("=")
        if not equals or name not in known.keys() | KNOBS:
            knobs = ", ".join(sorted(KNOBS))
            raise Wrong(f"unknown option {name} (there are: {', '.join(known)}; and the knobs in .env: {knobs})")
        if name in known:
            texts[name] = text
    for name in texts:
        if known[name].alone and len(texts) > 1:
            raise Wrong(f"{name}= takes no other options: {known[name].alone}")
    values = {known[name].field: _value(known[name], text) for name, text in texts.items()}
    try:
        command = kind(**values)
    except ValueError as error:
        raise Wrong(str(error)) from None
    for name in texts:
        if (needs := known[name].needs) and getattr(command, needs[0]) != needs[1]:
            raise Wrong(f"{name}= is for {needs[0].upper()}={needs[1]}")
    return command


def _value(option: Option, text: str) -> Any:
    try:
        return option.read(text)
    except UnknownName as error:
        raise Wrong(str(error)) from None
    except ValueError as error:
        if option.takes:
            raise Wrong(f"{option.name}={text}: it takes {option.takes}") from None
        raise Wrong(f"{option.name}: {error}") from None


def _option(declared: msgspec.structs.FieldInfo, hint: Any) -> Option:
    meta = _meta(hint)
    extra = meta.extra or {}
    parse: Callable[[str], Any] | None = extra.get("parse")
    return Option(
        field=declared.name,
        help=meta.description or "",
        otherwise=extra.get("otherwise") or _plain(declared.default),
        takes=extra.get("takes") or (None if parse else _number(hint)),
        needs=extra.get("needs"),
        alone=extra.get("alone"),
        read=parse or (lambda text: msgspec.convert(text, hint, strict=False)),
    )


def _meta(hint: Any) -> Meta:
    return next(one for one in get_args(hint) if isinstance(one, Meta))


def _plain(default: object) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)


def _number(hint: Any) -> str:
    """Which numbers a type holds, in words."""
    whole = "whole number" if int in get_args(hint) else "number"
    return f"a {whole} of 0 or more" if _meta(hint).ge == 0 else f"a {whole} above 0"
