"""A calibration as one page that needs nothing else: its numbers and its plots, beside calibration.json."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from levelground.calibration import plots
from levelground.measuring import certificate
from levelground.stand import host

FILE = "calibration.html"
TITLES = {
    "generator": "The generator beside wrk and stock Locust",
    "small": "Slower by a little: found or not",
    "scale": "Slower by factors: read right or not",
    "garbage": "Garbage collection: how much of it is seen",
    "delay": "Known delays",
    "stall": "A known stall",
    "slip": "The open loop's schedule",
    "tomorrow": "The same again: do runs agree?",
    "clock": "Counted instructions and undisturbed time",
}
_TEMPLATES = Environment(
    loader=PackageLoader("levelground.calibration"), autoescape=True, trim_blocks=True, keep_trailing_newline=True
)


def write(folder: Path, found: Mapping[str, Any]) -> None:
    """Writes the page, and each plot into a file of its own."""
    drawn = plots.draw(found)
    for part, svg in drawn.items():
        (folder / f"{part}.svg").write_text(svg)
    (folder / FILE).write_text(page(found, drawn))


def page(found: Mapping[str, Any], drawn: Mapping[str, str]) -> str:
    """The page, with the SVG that was drawn of a part below its numbers."""
    parts = [
        {
            "title": TITLES[part],
            "sentence": certificate.sentence(part, found[part]),
            "svg": drawn.get(part, ""),
            "numbers": list(_flat(found[part])),
        }
        for part in certificate.SENTENCES
        if part in found
    ]
    return _TEMPLATES.get_template("sheet.html").render(
        when=found["when"], minutes=f"{found['minutes']:g}", host=", ".join(host.words(found["host"])), parts=parts
    )


def _flat(numbers: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name} ")
        else:
            yield above + name, _text(value)


def _text(value: object) -> str:
    """A number in four digits or whole, and whatever else as it is."""
    match value:
        case None:
            return "–"
        case float() if abs(value) < 1000:
            return f"{value:,.4g}"
        case int() | float():
            return f"{value:,.0f}"
        case _:
            return str(value)
