"""What the contract is made of: rows, checks, and the topics that hold them together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from levelground.contract.client import Client

type Run = Callable[[Client], None]


@dataclass(frozen=True)
class Row:
    """A request of the contract and its answer."""

    method: str
    path: str
    """A template, like /items/{id}."""
    summary: str
    """The answer, for people: a cell of CONTRACT.md's table."""
    operation: Mapping[str, Any]
    """The answer, for machines: an Operation Object of OpenAPI."""


@dataclass(frozen=True)
class Check:
    """A test of a service from outside; `run` raises Mismatch if the service breaks the contract."""

    name: str
    run: Run
    always: bool = False
    """Whether it holds for services, too, that answer only some scenarios."""
    needs: str | None = None
    """The helper without which there is nothing to check."""
    presumes: str | None = None
    """The check of conformance without which this one has no meaning: who declares that one is not asked."""

    @property
    def asks(self) -> str:
        """What it asks, in a sentence."""
        return self.run.__name__.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Topic:
    """One part of the contract: its rows, and its checks in the order in which its module has them."""

    name: str
    rows: tuple[Row, ...] = ()
    checks: list[Check] = field(default_factory=list)

    def check(
        self, name: str, *, always: bool = False, needs: str | None = None, presumes: str | None = None
    ) -> Callable[[Run], Run]:
        """Make a function a check of this topic."""

        def register(run: Run) -> Run:
            self.checks.append(Check(name, run, always, needs, presumes))
            return run

        return register
