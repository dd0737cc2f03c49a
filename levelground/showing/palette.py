"""The colour of every service: the same on every page, by its place in compose.yaml.

Eight colours, each at least 3:1 against the white and the dark page (WCAG 2, 1.4.11), chosen to stay apart for the
colour-blind too; tests/showing/test_palette.py measures both. Services that are eight places apart share a colour and
differ by their shape and dash. No page colours more than eight services at once: the others are grey until asked for.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLOURS = ("#0099ee", "#aa4411", "#999900", "#994488", "#227744", "#ff0066", "#5544ff", "#ff11dd")
SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
GLYPHS = dict(zip(SHAPES, "●■◆▲▼✚", strict=True))
"""What a shape looks like in text."""
DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 4), (1, 4))
"""Each belongs to the shape in its place."""
GREYS = {"light": "#8c959f", "dark": "#6e7681"}
AT_ONCE = len(COLOURS)


@dataclass(frozen=True)
class Look:
    """How a service is drawn."""

    colour: str
    shape: str
    dash: tuple[int, ...]


def look(service: str, catalogue: Sequence[str]) -> Look:
    """By its place among all services, or, if it is not among them any more, by its name."""
    place = catalogue.index(service) if service in catalogue else zlib.crc32(service.encode())
    turn = place // len(COLOURS) % len(SHAPES)
    return Look(COLOURS[place % len(COLOURS)], SHAPES[turn], DASHES[turn])


def first(services: Iterable[str], catalogue: Sequence[str]) -> list[str]:
    """Which of some services have their colours from the start: eight at most, of different colours if there are."""
    chosen: dict[str, str] = {}
    rest = []
    for service in services:
        if chosen.setdefault(look(service, catalogue).colour, service) != service:
            rest.append(service)
    return [*chosen.values(), *rest][:AT_ONCE]
