"""What services ask of the helpers and what that costs: counted by the helpers themselves, read outside the slices.

The database does not tell for whom it ran a statement, but only one service has traffic at any time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from levelground.stand import catalog, cgroup, helpers
from levelground.stand.catalog import POSTGRES, UPSTREAM
from levelground.stand.helpers import Away
from levelground.traffic.step import Transaction

Promises = Mapping[str, Fraction]
"""How often an answer's service has to ask each helper, on average over a transaction; without those it never asks."""


class Helper(Protocol):
    """One helper of the stand. Methods raise Away."""

    def asked(self, address: str) -> int:
        """How often it was asked so far: by the service at this address, or by all if it cannot tell them apart."""

    def reset(self) -> None:
        """Its data as it was in the beginning."""

    def describe(self) -> dict[str, Any]:
        """Its container, its CPUs, and its settings, if it has any."""


class Postgres:
    """The database, on a connection that is opened again after it was lost."""

    def __init__(self, database_of: Callable[[], helpers.Database] = helpers.Database) -> None:
        self._database_of = database_of
        self._database: helpers.Database | None = None

    def asked(self, address: str) -> int:
        return self._on(lambda database: database.statements().all)

    def reset(self) -> None:
        self._on(lambda database: database.reset())

    def describe(self) -> dict[str, Any]:
        return self._on(lambda one: {"container": one.container(), "cpus": one.cpus(), "settings": one.settings()})

    def _on[Result](self, ask: Callable[[helpers.Database], Result]) -> Result:
        self._database = self._database or self._database_of()
        try:
            return ask(self._database)
        except Away:
            self._database.close()
            self._database = None
            raise


class Upstream:
    """The slow upstream, which has nothing to reset."""

    def __init__(self, upstream: helpers.Upstream | None = None) -> None:
        self._upstream = upstream or helpers.Upstream()

    def asked(self, address: str) -> int:
        return self._upstream.asked()[address]

    def reset(self) -> None:
        pass

    def describe(self) -> dict[str, Any]:
        return {"container": self._upstream.container(), "cpus": self._upstream.cpus()}


def of_the_stand() -> dict[str, Helper]:
    return {POSTGRES: Postgres(), UPSTREAM: Upstream()}


def promises(pool: Iterable[Sequence[Transaction]]) -> Promises:
    """What answers in a scenario are worth: where its transactions differ, as much as the cheapest of them."""
    different = {transaction for of_connection in pool for transaction in of_connection}
    return {
        name: least
        for name in (POSTGRES, UPSTREAM)
        if (least := min((_worth(one, name) for one in different), default=Fraction(0)))
    }


def _worth(transaction: Transaction, helper: str) -> Fraction:
    return Fraction(sum(step.asks.get(helper, 0) for step in transaction), len(transaction))


class Ledger:
    """The helpers that a run's scenarios need, over the time of the run. A helper that is away counts for nothing."""

    def __init__(
        self,
        known: Mapping[str, Helper],
        promised: Mapping[str, Promises],
        cgroups: Path = cgroup.HOST,
    ) -> None:
        """`promised` is by scenario."""
        self._promised = promised
        needed = {name for each in promised.values() for name in each}
        self._helpers = {name: one for name, one in known.items() if name in needed}
        self._cgroups = cgroups
        self._groups: dict[str, cgroup.Group] = {}
        self._cpus: dict[str, frozenset[int]] = {}
        self._before: dict[str, int] = {}

    def begin(self) -> dict[str, dict[str, Any]]:
        """Resets the helpers; what they say of themselves, or why one does not."""
        told: dict[str, dict[str, Any]] = {}
        what = {one.name: one.what for one in catalog.helpers()}
        for name, helper in self._helpers.items():
            told[name] = {"what": what.get(name)}
            try:
                helper.reset()
                told[name] |= helper.describe()
            except Away as error:
                told[name]["away"] = str(error)
                continue
            self._cpus[name] = frozenset(told[name]["cpus"])
            with suppress(cgroup.NotFound):
                self._groups[name] = cgroup.find(str(told[name]["container"]), self._cgroups)
        return told

    def cpu_us(self, scenario: str) -> dict[str, float]:
        """The CPU time so far of each helper that the scenario needs."""
        return {name: used for name in self._promised[scenario] if (used := self._used(name)) is not None}

    def used_us(self, cpus: Iterable[int]) -> dict[str, float]:
        """The CPU time so far of each helper that may run on one of these CPUs."""
        among = frozenset(cpus)
        every = {name: self._used(name) for name, own in self._cpus.items() if own & among}
        return {name: used for name, used in every.items() if used is not None}

    def open(self, scenario: str, address: str) -> None:
        """From here on, what is asked is asked by the service at this address."""
        self._before = self._asked(scenario, address)

    def close(self, scenario: str, address: str, answers: int) -> tuple[dict[str, int], dict[str, int]]:
        """How often each helper had to be asked since `open`, for so many answers, and how often it was."""
        after = self._asked(scenario, address)
        both = [name for name in after if name in self._before]
        due = {name: int(self._promised[scenario][name] * answers) for name in both}
        return due, {name: after[name] - self._before[name] for name in both}

    def _asked(self, scenario: str, address: str) -> dict[str, int]:
        found = {}
        for name in self._promised[scenario]:
            with suppress(Away):
                found[name] = self._helpers[name].asked(address)
        return found

    def _used(self, name: str) -> float | None:
        with suppress(OSError, ValueError, KeyError):
            return self._groups[name].cpu_us()
        return None
