"""What a run was made with, in words: the machine, the services, the command that makes it again, what was dropped."""

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from levelground.judging.summary import Summary
from levelground.model.record import SCHEMA, Member, Run
from levelground.showing import captions, listing, rounding
from levelground.showing.listing import Field, Listing
from levelground.stand import host

ENDED = {"time": "its time was over", "precision": "every ratio was as narrow as asked"}
_GIVEN = ("RATE", "SLICE", "LEAD", "PRECISION")
"""Options that a run's record has only in the words of its command."""


def machine(run: Run) -> str:
    """The host in a line."""
    try:
        return ", ".join(host.words(run.host))
    except (KeyError, TypeError, AttributeError):
        return "the machine was not recorded"


def notes(run: Run, catalogue: Collection[str]) -> list[str]:
    """What a reader should know of a run before its numbers."""
    said = []
    if run.schema < SCHEMA:
        said.append(f"This run is of schema {run.schema}: it lacks what later versions measure.")
    if run.ended is None:
        said.append("This run was broken off, or is still under way: these are the blocks that it has by now.")
    elif run.ended not in ENDED:
        said.append(f"This run was {run.ended} before its time was over.")
    if run.resumed:
        said.append(f"It was gone on with at {', '.join(run.resumed)}.")
    if gone := [name for name in run.services if name not in catalogue]:
        said.append(f"Not in compose.yaml any more: {', '.join(gone)}.")
    said += [f"{name} was not measured: {one.problem}." for name, one in run.services.items() if one.problem]
    return said


def traffic(run: Run) -> str:
    """The load in a line."""
    load = f"{run.load} loop" if run.load != "capacity" else f"capacity for {run.objective}"
    rounds = f"{run.rounds} rounds" if run.rounds > 1 else "1 round"
    minutes = f", {run.minutes:g} min" if run.minutes else ""
    own = "".join(f" ({number:,} in {name})" for name, number in run.scenario_connections.items())
    return f"{load}, {run.connections} connections to each service{own}, {rounds}{minutes}, seed {run.seed}"


def command(run: Run) -> str:
    """The command that makes the same run again, with everything said that it was made of."""
    given = dict(re.findall(r"(?:^|\s)([A-Z]+)=(\S+)", run.command))
    words = {
        "SERVICES": ",".join(run.services),
        "SCENARIOS": ",".join(run.scenarios),
        "LOAD": run.load if run.load != "closed" else None,
        "OBJECTIVE": run.objective,
        **{name: given.get(name) for name in _GIVEN},
        "CONNECTIONS": run.connections,
        "MINUTES": f"{run.minutes:g}" if run.minutes else None,
        "ROUNDS": run.rounds,
        "SEED": run.seed,
    }
    return " ".join(
        ["make bench", *(f"{name}={shlex.quote(str(value))}" for name, value in words.items() if value is not None)]
    )


@dataclass(frozen=True)
class _Service:
    name: str
    member: Member
    engine: dict[str, Any]

    @property
    def what(self) -> str:
        if self.member.about is None:
            return f"did not tell{f': {self.member.problem}' if self.member.problem else ''}"
        try:
            return captions.of(self.member.about)
        except (KeyError, TypeError, AttributeError):
            return str(self.member.about.get("framework") or "–")

    @property
    def limits(self) -> str:
        limits = (self.member.about or {}).get("limits") or {}
        parts = []
        if limits.get("cpus"):
            parts.append(f"CPU {', '.join(map(str, limits['cpus']))}")
        if limits.get("memory_bytes"):
            parts.append(f"{limits['memory_bytes'] / 2**20:,.0f} MiB")
        if limits.get("pids"):
            parts.append(f"{limits['pids']:,} pids")
        if limits.get("open_files"):
            parts.append(f"{limits['open_files']:,} files")
        return ", ".join(parts) or "–"

    def of_engine(self, kind: str) -> Any:
        return (self.engine.get(kind) or {}).get(self.name)


_SERVICES = (
    Field[_Service]("service", "service", lambda row: row.name, is_word=True),
    Field[_Service]("role", "role", lambda row: row.member.role, is_word=True),
    Field[_Service]("what", "what runs there", lambda row: row.what, is_word=True),
    Field[_Service]("limits", "limits", lambda row: row.limits, is_word=True),
    Field[_Service](
        "image",
        "image",
        lambda row: str(row.of_engine("images") or "–").removeprefix("sha256:")[:12],
        lambda row: row.of_engine("images"),
        is_word=True,
    ),
    Field[_Service](
        "image_bytes",
        "image MB",
        lambda row: rounding.digits((row.of_engine("image_bytes") or 0) / 1e6 or None),
        lambda row: row.of_engine("image_bytes"),
    ),
)


_OF_A_SERVICE = ("what", "limits", "image")


def services(run: Run) -> Listing:
    """Every service with its versions, limits and image."""
    engine = run.host.get("engine") or {}
    rows = [_Service(name, one, engine) for name, one in run.services.items()]
    return listing.of("services", "Services", _SERVICES, {"": rows})


def environment(run: Run) -> list[tuple[str, str]]:
    """What else a run depends on: names and what they were."""
    engine = run.host.get("engine") or {}
    known = [
        ("kernel", run.host.get("kernel")),
        ("CPU", f"{run.host.get('cpus')} × {run.host.get('cpu') or run.host.get('architecture')}"),
        ("cgroup version", run.host.get("cgroup_version")),
        ("Docker", engine.get("version")),
        ("CPUs of the generator", ", ".join(map(str, run.host.get("generator_cpus") or []))),
    ]
    known += [(f"helper {name}", _helper(one)) for name, one in run.helpers.items()]
    for name, one in (engine.get("base_images") or {}).items():
        stand_in = ", built here from Debian's packages" if one.get("stand_in") else ""
        known.append((f"base image {name}", f"{str(one.get('id')).removeprefix('sha256:')[:12]}{stand_in}"))
    known += [(f"traffic of {name}, SHA-256", sha) for name, sha in run.scenarios.items()]
    return [(name, str(value)) for name, value in known if value]


def _helper(one: Mapping[str, Any]) -> str:
    """Where it ran and with which settings."""
    if "away" in one:
        return f"away: {one['away']}"
    parts = [f"CPU {', '.join(map(str, one.get('cpus') or []))}"]
    parts += [f"{name} {value}" for name, value in (one.get("settings") or {}).items()]
    return ", ".join(parts)


def told(run: Run, of: Collection[str]) -> dict[str, str]:
    """All facts of a run by their names, and those of some services, so that two runs can be held beside each other."""
    engine = run.host.get("engine") or {}
    found = {"load": traffic(run)} | dict(environment(run))
    for name in of:
        row = _Service(name, run.services[name], engine)
        found |= {f"{name}: {one.title}": one.text(row) for one in _SERVICES if one.key in _OF_A_SERVICE}
    return found


@dataclass(frozen=True)
class _Dropped:
    scenario: str
    blocks: int
    dropped: int
    reasons: str
    disturbed: str


_DROPPED = (
    Field[_Dropped]("scenario", "scenario", lambda row: row.scenario, is_word=True),
    Field[_Dropped]("blocks", "blocks", lambda row: f"{row.blocks:,}", lambda row: row.blocks),
    Field[_Dropped]("dropped_blocks", "dropped", lambda row: f"{row.dropped:,}", lambda row: row.dropped),
    Field[_Dropped]("reasons", "why", lambda row: row.reasons, is_word=True),
    Field[_Dropped]("disturbed", "host disturbed", lambda row: row.disturbed, is_word=True),
)


def dropped(summary: Summary) -> Listing:
    """How many blocks were dropped, for what, and how disturbed the host was."""
    rows = []
    for name, table in summary.scenarios.items():
        disturbed = "not measured"
        if table.disturbed_share is not None and table.disturbed_factor is not None:
            disturbed = (
                f"{100 * table.disturbed_share:.0f} % of the time, work then took {table.disturbed_factor:.2f} times "
                "as long"
            )
        rows.append(_Dropped(name, table.blocks, table.dropped_blocks, table.why_dropped or "–", disturbed))
    return listing.of("dropped", "Blocks that do not count", _DROPPED, {"": rows})


@dataclass(frozen=True)
class _Invalid:
    scenario: str
    service: str
    reason: str


_INVALID = (
    Field[_Invalid]("scenario", "scenario", lambda row: row.scenario, is_word=True),
    Field[_Invalid]("service", "service", lambda row: row.service, is_word=True),
    Field[_Invalid]("reason", "why", lambda row: row.reason, is_word=True),
)


def invalid(summary: Summary) -> Listing:
    """Every reason for which a cell does not count."""
    rows = [
        _Invalid(scenario, service, reason)
        for scenario, table in summary.scenarios.items()
        for service, cell in table.services.items()
        for reason in cell.reasons
    ]
    return listing.of("invalid", "Cells that do not count", _INVALID, {"": rows})
