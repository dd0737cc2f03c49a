"""Two runs of the same thing: what changed between them, with intervals. Pure.

Runs are not paired: what the host did in one is not what it did in the other. So the half widths of both are squared
and added. Both versions of a service in one run (a variant in compose.yaml) answer the same question more sharply.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from levelground.judging.statistics import bonferroni
from levelground.judging.summary import Cell, Summary, Table
from levelground.model.count import LARGEST_SPREAD, is_same
from levelground.model.interval import Interval
from levelground.model.record import Run

MEASURES = {"undisturbed": "undisturbed_ratio", "as_it_went": "throughput_ratio"}
"""The ratios of a cell that are compared."""
_HOST = ("cpu", "cpus", "architecture", "kernel", "cgroup_version", "generator_cpus")
_MEASUREMENT = {
    "seed": "seed",
    "rounds": "rounds",
    "minutes": "minutes",
    "generators": "generators",
    "lead_seconds": "lead-in, s",
    "schema": "schema of the record",
    "instrument": "Level Ground's measuring code",
}


class NotComparable(ValueError):
    """Two runs did not measure the same thing; the message says in what they differ."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Change:
    """One service in one scenario: by how much more it takes in the second run, of time or of instructions."""

    scenario: str
    service: str
    difference: float
    """Of the logarithms of what it takes, the second run's less the first's: above 0 is more."""
    half_width: float
    """Of the difference."""

    @property
    def beyond(self) -> bool:
        """Whether the runs differ by more than their intervals allow."""
        return abs(self.difference) > self.half_width

    @property
    def percent(self) -> Interval:
        """More per request, in percent."""
        logs = (self.difference, self.difference - self.half_width, self.difference + self.half_width)
        return Interval(*(100 * math.expm1(one) for one in logs))


@dataclass(frozen=True)
class Missing:
    """A cell that one of the runs has and that is not compared."""

    scenario: str
    service: str
    reason: str
    is_lost: bool = False
    """Whether it was valid in the first run and is not in the second."""


@dataclass(frozen=True)
class Difference:
    """Something else that is not as it was."""

    service: str | None
    """Whose it is; None: the host's or the measurement's."""
    what: str
    before: str
    after: str


def measures(before: Table, after: Table) -> str:
    """Which ratio of a cell two tables have in common: the undisturbed one, or else the one as it went."""
    undisturbed = MEASURES["undisturbed"]
    both = all(any(getattr(cell, undisturbed) for cell in one.services.values()) for one in (before, after))
    return undisturbed if both else MEASURES["as_it_went"]


def changes(before: Summary, after: Summary, measure: str | None = None) -> list[Change]:
    """In every scenario, of every service that is valid in both runs; `measure` names a cell's ratio of speeds.

    Without it, each scenario has the one that its tables have in common. The baseline, whose ratio is 1 by
    definition, is left out. Each run's intervals hold for a whole table at once; widened for so many tables
    (Bonferroni), they hold for everything that is compared.
    """
    tables = _tables(before, after)
    scale = bonferroni(len(tables))
    found = []
    for name, (table, again) in tables.items():
        of = measure or measures(table, again)
        for service, cell in table.services.items():
            other = again.services.get(service)
            if service == table.baseline or other is None or not (cell.valid and other.valid):
                continue
            one, two = _ratio(cell, of), _ratio(other, of)
            if one and two:
                half_width = scale * math.hypot(_half_width(one), _half_width(two))
                found.append(Change(name, service, math.log(one.estimate / two.estimate), half_width))
    return found


def counted(before: Summary, after: Summary) -> list[Change]:
    """Of instructions per request, wherever both runs have them; the baseline is among them: counts are no ratios.

    How far the repeats of a count are apart is its half width, and a tenth of a percent at least: what counts are
    exact to. Where both runs hold one and the same count, as they do for the same image, half width and difference
    are 0.
    """
    found = []
    for name, (table, again) in _tables(before, after).items():
        for service, cell in table.services.items():
            other = again.services.get(service)
            one, two = cell.instructions_per_request, other.instructions_per_request if other else None
            if one is None or two is None or min(one.estimate, two.estimate) <= 0:
                continue
            spreads = [max(each.spread, LARGEST_SPREAD) for each in (one, two)] if one != two else [0.0]
            found.append(Change(name, service, math.log(two.estimate / one.estimate), math.hypot(*spreads)))
    return found


def missing(before: Summary, after: Summary) -> list[Missing]:
    """Every cell of scenarios that both runs have which is not compared, and why."""
    found = []
    for name, (table, again) in _tables(before, after).items():
        of = measures(table, again)
        for service in dict.fromkeys((*table.services, *again.services)):
            if service == table.baseline == again.baseline:
                continue
            first, second = (_why_not(one.services.get(service), of) for one in (table, again))
            if first and first == second:
                found.append(Missing(name, service, f"{first} in both runs"))
            elif first or second:
                told = [f"{why} in the {run} run" for run, why in (("first", first), ("second", second)) if why]
                found.append(Missing(name, service, "; ".join(told), is_lost=first is None))
    return found


def _why_not(cell: Cell | None, measure: str) -> str | None:
    if cell is None:
        return "not there"
    if not cell.valid:
        return f"not valid ({'; '.join(cell.reasons) or 'no reason is recorded'})"
    return None if _ratio(cell, measure) else "without a ratio"


def left_out(before: Summary, after: Summary) -> dict[str, str]:
    """Every scenario that only one of the runs has, or that has another baseline in each; and why."""
    found = {}
    for name in dict.fromkeys((*before.scenarios, *after.scenarios)):
        one, two = before.scenarios.get(name), after.scenarios.get(name)
        if one is None or two is None:
            found[name] = f"only the {'first' if one else 'second'} run has it"
        elif one.baseline is None or one.baseline != two.baseline:
            first, second = one.baseline or "nothing", two.baseline or "nothing"
            found[name] = f"ratios are to {first} in the first run, to {second} in the second"
    return found


def agreement(time: Change, count: Change) -> str:
    """How a change of time and one of instructions go together; the key of a sentence."""
    if count.half_width == 0:
        return "one count"
    if time.beyond and count.beyond:
        return "both" if time.difference * count.difference > 0 else "opposite"
    if time.beyond:
        return "time alone"
    if count.beyond:
        reached = abs(count.difference - time.difference) <= math.hypot(time.half_width, count.half_width)
        return "too small for the clock" if reached else "instructions alone"
    return "neither"


def _tables(before: Summary, after: Summary) -> dict[str, tuple[Table, Table]]:
    """Of the scenarios that can be compared: both have them, and with the same baseline."""
    return {
        name: (table, after.scenarios[name])
        for name, table in before.scenarios.items()
        if name in after.scenarios and table.baseline == after.scenarios[name].baseline is not None
    }


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
    told += _other_limits(before, after)
    if told:
        raise NotComparable(*told)


def environment(before: Run, after: Run) -> list[Difference]:
    """What else changed: the host, the measurement, and each service that both runs have."""
    engines = [_mapping(run.host.get("engine")) for run in (before, after)]
    told: list[tuple[str, Any, Any]] = [
        *((key, before.host.get(key), after.host.get(key)) for key in _HOST),
        ("engine", engines[0].get("version"), engines[1].get("version")),
    ]
    bases = [_mapping(one.get("base_images")) for one in engines]
    told += [
        (f"base image {name}", _image(_mapping(bases[0][name]).get("id")), _image(_mapping(bases[1][name]).get("id")))
        for name in bases[0]
        if name in bases[1]
    ]
    told += [(what, getattr(before, field), getattr(after, field)) for field, what in _MEASUREMENT.items()]
    found = [Difference(None, what, _said(one), _said(two)) for what, one, two in told if one != two]
    for name in (name for name in before.services if name in after.services):
        abouts = [_mapping(run.services[name].about) for run in (before, after)]
        keys = [key for key in abouts[0] if key in abouts[1] and key not in ("container", "limits")]
        found += [
            Difference(name, key, str(abouts[0][key]), str(abouts[1][key]))
            for key in keys
            if abouts[0][key] != abouts[1][key]
        ]
        images = [image_of(run, name) for run in (before, after)]
        if all(images) and images[0] != images[1]:
            found.append(Difference(name, "image", _image(images[0]), _image(images[1])))
    return found


def unchanged(before: Run, after: Run) -> set[str]:
    """Services with the same image and the same settings in both runs: whatever moved them, it was not their code."""
    return {
        name
        for name in before.services
        if (image := image_of(before, name))
        and image == image_of(after, name)
        and is_same(before.services[name].about, after.services[name].about)
    }


def image_of(run: Run, service: str) -> str | None:
    image = _mapping(_mapping(run.host.get("engine")).get("images")).get(service)
    return str(image) if image and service in run.services else None


def worse(found: Sequence[Change], services: Sequence[str], above: float) -> list[Change]:
    """Those of the named services that surely take more than such a share longer (0.02: 2 %)."""
    least = math.log1p(above)
    return [one for one in found if one.service in services and one.difference - one.half_width > least]


def _other_limits(before: Run, after: Run) -> list[str]:
    """Each limit that is not what it was, and whose; a limit that a run does not know is none."""
    found: dict[tuple[str, Any, Any], list[str]] = {}
    for name in (name for name in before.services if name in after.services):
        one, two = _limits(before, name), _limits(after, name)
        for key in (key for key in one if key in two and one[key] != two[key]):
            found.setdefault((key, one[key], two[key]), []).append(name)
    return [f"{key} was {one}, is {two} (of {', '.join(names)})" for (key, one, two), names in found.items()]


def _limits(run: Run, service: str) -> dict[str, Any]:
    """Which CPUs they are is the host's affair, how many is not."""
    limits = _mapping(_mapping(run.services[service].about).get("limits"))
    return {key: len(value) if isinstance(value, list) else str(value) for key, value in limits.items()}


def _mapping(value: Any) -> Mapping[str, Any]:
    """Of what a record may hold in any form."""
    return value if isinstance(value, Mapping) else {}


def _said(value: Any) -> str:
    return "not on record" if value is None else str(value)


def _image(image: Any) -> str:
    return str(image).removeprefix("sha256:")[:12]


def _ratio(cell: Cell, measure: str) -> Interval | None:
    ratio: Interval | None = getattr(cell, measure)
    return ratio if ratio and 0 < ratio.low <= ratio.high < math.inf else None


def _half_width(interval: Interval) -> float:
    """In logarithms."""
    return math.log(interval.high / interval.low) / 2
