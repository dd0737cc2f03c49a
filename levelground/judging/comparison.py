"""Two runs of the same thing: what changed between them, with intervals. Pure.

Runs are not paired: what the host did in one is not what it did in the other. So the half widths of both are squared
and added. Both versions of a service in one run (a variant in compose.yaml) answer the same question more sharply.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from levelground.judging.statistics import bonferroni
from levelground.judging.summary import Cell, Summary
from levelground.model.interval import Interval
from levelground.model.record import Member, Run

MEASURES = {"undisturbed_ratio": "undisturbed", "throughput_ratio": "as it went"}


class NotComparable(ValueError):
    """Two runs did not measure the same thing; the message says in what they differ."""


@dataclass(frozen=True)
class Change:
    """One service in one scenario: by how much more time it takes in the second run, beside the baseline."""

    scenario: str
    service: str
    difference: float
    """Of the logarithms of speeds, the first run's less the second's: above 0 is slower."""
    half_width: float
    """Of the difference."""

    @property
    def beyond(self) -> bool:
        """Whether the runs differ by more than their intervals allow."""
        return abs(self.difference) > self.half_width

    @property
    def percent(self) -> Interval:
        """More time per request, in percent."""
        logs = (self.difference, self.difference - self.half_width, self.difference + self.half_width)
        return Interval(*(100 * math.expm1(one) for one in logs))


def changes(before: Summary, after: Summary, measure: str) -> list[Change]:
    """In every scenario, of every service that is valid in both runs; `measure` names a cell's ratio of speeds.

    The baseline, whose ratio is 1 by definition, is left out. Each run's intervals hold for a whole table at once;
    widened for so many tables (Bonferroni), they hold for everything that is compared.
    """
    tables = [
        (name, table, after.scenarios[name]) for name, table in before.scenarios.items() if name in after.scenarios
    ]
    scale = bonferroni(len(tables))
    found = []
    for name, table, again in tables:
        for service, cell in table.services.items():
            other = again.services.get(service)
            if service == table.baseline or other is None or not (cell.valid and other.valid):
                continue
            one, two = _ratio(cell, measure), _ratio(other, measure)
            if one and two:
                half_width = scale * math.hypot(_half_width(one), _half_width(two))
                found.append(Change(name, service, math.log(one.estimate / two.estimate), half_width))
    return found


def counted(before: Summary, after: Summary) -> dict[tuple[str, str], float]:
    """By how many percent more instructions a request takes in the second run, by scenario and service."""
    found = {}
    for name, table in before.scenarios.items():
        for service, cell in table.services.items():
            other = after.scenarios[name].services.get(service) if name in after.scenarios else None
            one, two = cell.instructions_per_request, other.instructions_per_request if other else None
            if one and two:
                found[name, service] = 100 * (two.estimate / one.estimate - 1)
    return found


def newest_before(after: Run, runs: Sequence[Run]) -> Run:
    """The newest run before it that it can be compared with. Raises NotComparable."""
    for run in reversed(runs):
        if run.started < after.started and run.ended is not None:
            try:
                must_be_comparable(run, after)
            except NotComparable:
                continue
            return run
    raise NotComparable(f"no run before {after.run} measured the same; name one: A=, of those that make runs lists")


def must_be_comparable(before: Run, after: Run) -> None:
    """Raises NotComparable."""
    if before.run == after.run:
        raise NotComparable(f"{after.run} is one and the same run")
    told = [
        f"{what} was {one}, is {two}"
        for what, one, two in (
            ("load", before.load, after.load),
            ("connections", before.connections, after.connections),
            ("baseline", before.baseline, after.baseline),
        )
        if one != two
    ]
    if before.load == after.load != "closed":
        told.append(f"both are of load {before.load}, and only closed loops are compared")
    shared = [name for name in before.scenarios if name in after.scenarios]
    if not shared:
        told.append(f"they share no scenario ({', '.join(before.scenarios)}; {', '.join(after.scenarios)})")
    if before.seed == after.seed:
        # Another seed draws other values; with the same one, other bytes are another scenario.
        told += [f"{name} sends other requests" for name in shared if before.scenarios[name] != after.scenarios[name]]
    if not set(before.services) & set(after.services) - {before.baseline}:
        told.append(f"they share no service but {before.baseline}")
    limits = _limits(before), _limits(after)
    told += [
        f"{name} had {limits[0][name]}, has {limits[1][name]}"
        for name in limits[0].keys() & limits[1].keys()
        if limits[0][name] != limits[1][name]
    ]
    if told:
        raise NotComparable("; ".join(told))


def environment(before: Run, after: Run) -> list[tuple[str, str, str]]:
    """What else changed: (what, before, after)."""
    found: list[tuple[str, str, str]] = []
    engines = [run.host.get("engine") or {} for run in (before, after)]
    hosts: list[tuple[str, Any, Any]] = [
        *((key, before.host.get(key), after.host.get(key)) for key in ("cpu", "cpus", "kernel", "cgroup_version")),
        ("engine", engines[0].get("version"), engines[1].get("version")),
    ]
    for what, one, two in hosts:
        if one != two:
            found.append((what, str(one), str(two)))
    for name in (name for name in before.services if name in after.services):
        abouts = [run.services[name].about or {} for run in (before, after)]
        keys = [key for key in abouts[0] if key in abouts[1] and key not in ("container", "limits")]
        found += [
            (f"{name} {key}", str(abouts[0][key]), str(abouts[1][key]))
            for key in keys
            if abouts[0][key] != abouts[1][key]
        ]
        images = [str(one.get("images", {}).get(name) or "") for one in engines]
        if all(images) and images[0] != images[1]:
            found.append((f"{name} image", _short(images[0]), _short(images[1])))
    return found


def worse(found: Sequence[Change], services: Sequence[str], above: float) -> list[Change]:
    """Those of the named services that surely take more than such a share longer (0.02: 2 %)."""
    least = math.log1p(above)
    return [one for one in found if one.service in services and one.difference - one.half_width > least]


def _limits(run: Run) -> Mapping[str, Any]:
    return {name: limits for name, member in run.services.items() if (limits := _limits_of(member))}


def _limits_of(member: Member) -> Any:
    """Which CPUs they are is the host's affair, how many is not."""
    limits = (member.about or {}).get("limits")
    return {**limits, "cpus": len(limits["cpus"])} if limits and limits.get("cpus") else limits


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12]


def _ratio(cell: Cell, measure: str) -> Interval | None:
    ratio: Interval | None = getattr(cell, measure)
    return ratio


def _half_width(interval: Interval) -> float:
    """In logarithms."""
    return math.log(interval.high / interval.low) / 2
