"""A calibration as one page that needs nothing else: its numbers and its plots, beside calibration.json."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from levelground.calibration import plots
from levelground.measuring import certificate
from levelground.stand import host

FILE = "calibration.html"
TITLES = {
    "generator": "The generator beside wrk and stock Locust",
    "twins": "Twins: false alarms and bias",
    "slowdown": "A service slowed by a known share of its CPU time",
    "delay": "Known delays",
    "stall": "A known stall",
    "slip": "The open loop's schedule",
    "protocol": "One after the other, or in blocks",
}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328; }
h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; font-size: 13px; }
td { border-bottom: 1px solid #d8dee4; padding: .15rem 1.5rem .15rem 0; font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; }
p.host, td:first-child { color: #57606a; }
"""


def write(folder: Path, found: Mapping[str, Any]) -> None:
    """Writes the page, and each plot into a file of its own."""
    drawn = plots.draw(found)
    for part, svg in drawn.items():
        (folder / f"{part}.svg").write_text(svg)
    (folder / FILE).write_text(page(found, drawn))


def page(found: Mapping[str, Any], drawn: Mapping[str, str]) -> str:
    """The page, with the SVG that was drawn of a part below its numbers."""
    parts = [
        f"<h2>{TITLES[part]}</h2>\n<p>{escape(certificate.sentence(part, found[part]))}</p>\n"
        f"{drawn.get(part, '')}\n<details><summary>All numbers</summary>\n{_table(found[part])}\n</details>"
        for part in certificate.SENTENCES
        if part in found
    ]
    title = f"Level Ground, calibrated {found['when']}"
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>',
            f"<style>{STYLE}</style>\n<h1>The instrument against known truths</h1>",
            f'<p class="host">{escape(found["when"])}, {found["minutes"]:g} min; '
            f"{escape(', '.join(host.words(found['host'])))}</p>",
            *parts,
            "</html>\n",
        ]
    )


def _table(numbers: Mapping[str, Any]) -> str:
    rows = (f"<tr><td>{escape(name)}</td><td>{value}</td></tr>" for name, value in _flat(numbers))
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _flat(numbers: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name} ")
        else:
            yield above + name, f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1000 else _whole(value)


def _whole(value: object) -> str:
    return "–" if value is None else f"{value:,.0f}" if isinstance(value, int | float) else escape(str(value))
