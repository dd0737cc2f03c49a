"""Server-sent events (WHATWG HTML, section 9.2): what a body in text/event-stream says, and how services spell it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import NamedTuple

_END_OF_LINE = re.compile("\r\n|\n|\r")


class Event(NamedTuple):
    """One event, by the lines that stand in its own block."""

    data: str
    event: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How a service writes an event."""

    newline: str
    space: bool
    """After the colon of a field."""
    order: tuple[str, ...]
    """Of the fields."""

    def write(self, said: Sequence[Event]) -> bytes:
        colon = ": " if self.space else ":"
        blocks = []
        for one in said:
            fields = {"data": one.data.split("\n"), "event": [one.event], "id": [one.id]}
            blocks += [
                f"{name}{colon}{line}{self.newline}"
                for name in self.order
                for line in fields[name]
                if line or name == "data"
            ]
            blocks.append(self.newline)
        return "".join(blocks).encode()


STYLES = tuple(
    Style(newline, space, order)
    for newline, space, order in product(("\n", "\r\n"), (True, False), permutations(("id", "event", "data")))
)
"""All styles that are known, the usual ones first."""


def write(said: Sequence[Event]) -> str:
    """One spelling for all bodies that say the same."""
    return STYLES[0].write(said).decode()


def parse(body: bytes) -> list[Event]:
    """The events of a body, comments left out. Raises UnicodeDecodeError.

    As the standard has it, an event that no blank line ends is none, nor is one without data.
    """
    events: list[Event] = []
    data: list[str] = []
    names = {"event": "", "id": ""}
    *lines, _ = _END_OF_LINE.split(body.decode("utf-8-sig"))
    for line in lines:
        if not line:
            if any(data):
                events.append(Event("\n".join(data), names["event"], names["id"]))
            data, names = [], {"event": "", "id": ""}
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field in names:
            names[field] = value
    return events
