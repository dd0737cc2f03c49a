"""Starting, stopping and restarting containers. No container of the stand may do that itself; it asks engine/stand.

A question is a line on standard output, `engine: restart starlette go`; the answer is a line on standard input, `done`
(with what was asked for) or `failed` and why.
"""

import select
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from levelground.stand.catalog import PORT
from levelground.stand.probe import Address


class Failed(Exception):
    """The engine did not do what it was asked for; the message says what that was."""


@dataclass(frozen=True)
class Started:
    """A container that the engine has started."""

    at: float
    """Unix time in seconds, by the clock that this process reads as well."""
    address: str


class Engine(Protocol):
    """Stops and starts single services."""

    def stop(self, service: str) -> None:
        """Returns when the service has stopped. Raises Failed."""

    def start(self, service: str) -> None:
        """Asks for a start and returns at once."""

    def started(self, seconds: float) -> Started | None:
        """The result of the start; None if it is not known within so many seconds. Raises Failed."""


@dataclass(frozen=True)
class Reading:
    """What the processes of a service under callgrind executed since the reading before."""

    at: float
    """A clock in seconds."""
    instructions: dict[str, int]
    """By process."""


@dataclass(frozen=True)
class Counting:
    """A container in which a service runs under callgrind."""

    name: str
    address: Address


class Counter(Protocol):
    """Runs services under callgrind, in containers beside their own. Methods raise Failed."""

    def begin_counting(self, service: str) -> Counting:
        """Starts it. Nothing is counted at first."""

    def check_counting(self, one: Counting) -> None:
        """Raises Failed with its last output if it has ended."""

    def count(self, one: Counting, *, on: bool) -> None:
        """Instructions are counted from here on, or no longer."""

    def read(self, one: Counting) -> Reading: ...

    def end_counting(self, one: Counting) -> None:
        """Removes its container."""


class Pipe:
    """The engine at the other end of standard output and input. Methods return when it is done, and raise Failed."""

    def up(self) -> None:
        """Builds and starts whatever of the stand is not up as compose.yaml has it."""
        self._tell("up")

    def add(self, services: Sequence[str]) -> None:
        """Starts services that are no part of the stand, for `remove` to take away again."""
        self._tell("add", *services)

    def remove(self, services: Sequence[str]) -> None:
        self._tell("remove", *services)

    def observe(self) -> dict[str, str]:
        """Starts Prometheus and Grafana beside the stand; the address of each whose image can be had."""
        return dict(one.split("=", 1) for one in self._tell("observe").split())

    def restart(self, services: Sequence[str]) -> None:
        self._tell("restart", *services)

    def stop(self, service: str) -> None:
        self._tell("stop", service)

    def start(self, service: str) -> None:
        self._ask("start", service)

    def started(self, seconds: float) -> Started | None:
        if not _is_answered(seconds):
            return None
        match self._answer().split():
            case [at, address]:
                return Started(datetime.fromisoformat(at).timestamp(), address)
        raise Failed("the engine started it, but not on the stand's network")

    def begin_counting(self, service: str) -> Counting:
        match self._tell("count", "start", service).split():
            case [name, address]:
                return Counting(name, (address, PORT))
        raise Failed("it was started under callgrind, but not on the stand's network")

    def check_counting(self, one: Counting) -> None:
        self._tell("count", "check", one.name)

    def count(self, one: Counting, *, on: bool) -> None:
        self._tell("count", "on" if on else "off", one.name)

    def read(self, one: Counting) -> Reading:
        told = self._tell("count", "read", one.name)
        try:
            at, *processes = told.split()
            pairs = (each.split(":") for each in processes)
            return Reading(float(at), {process: int(number) for process, number in pairs})
        except ValueError:
            raise Failed(f"callgrind told no numbers: {told}") from None

    def end_counting(self, one: Counting) -> None:
        self._tell("count", "end", one.name)

    def _tell(self, *words: str) -> str:
        self._ask(*words)
        # Under Locust, select lets other greenlets run, such as the one that ends the run; readline does not.
        _is_answered(None)
        return self._answer()

    def _ask(self, *words: str) -> None:
        print("engine:", *words, flush=True)

    def _answer(self) -> str:
        word, _, rest = sys.stdin.readline().strip().partition(" ")
        if word != "done":
            raise Failed(rest or "nobody starts and stops services here: use make")
        return rest


def _is_answered(seconds: float | None) -> bool:
    return bool(select.select([sys.stdin], [], [], seconds)[0])
