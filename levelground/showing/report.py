"""A run as one page that needs nothing else, as a table for a pull request, and as CSV; all of it beside its records.

Nothing that a run holds can inject markup: templates escape, the plots' numbers are JSON in which no tag can end, and
the page's content security policy knows its own scripts by their hashes and allows no request at all.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from levelground.judging.summary import Summary, Table, measure, ranked
from levelground.model.folder import Folder
from levelground.showing import answer, facts, listing, palette, rounding, table
from levelground.showing.answer import Answer
from levelground.showing.listing import Listing
from levelground.showing.material import Material
from levelground.showing.palette import Look
from levelground.stand import catalog

FILE = "report.html"
MARKDOWN = "summary.md"
_FOLDER = Path(__file__).parent / "templates"
TEMPLATES = Environment(
    loader=PackageLoader("levelground.showing"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class _Service:
    """A service as the page's list of colours has it."""

    name: str
    look: Look
    is_on: bool


def write(folder: Folder, material: Material) -> Path:
    """Writes the page, summary.md and the CSV files into the run's folder; the page's path."""
    page, listings = _page(material)
    path = folder.path.resolve() / FILE
    replace(path, page)
    replace(path.with_name(MARKDOWN), markdown(material))
    for one in listings:
        path.with_name(one.file).write_bytes(one.csv.encode())
    return path


def replace(path: Path, text: str) -> None:
    """Writes a file in one step: a reader sees the old one or the new one."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)


def page(material: Material) -> str:
    """The page; a pure function of its material."""
    return _page(material)[0]


def _page(material: Material) -> tuple[str, list[Listing]]:
    # Altair takes a third of a second to load, and no other command needs it.
    from levelground.showing import figures

    run, summary = material.run, material.summary
    catalogue = [one.name for one in catalog.read()]
    looks = figures.Looks(catalogue)
    scenarios: list[dict[str, Any]] = []
    listings: list[Listing] = []
    specs: dict[str, Any] = {}
    for name, found in summary.scenarios.items() if summary else ():
        drawn = figures.of_scenario(run, name, found, material.counted.get(name, {}), looks) if found.services else []
        scenarios.append({"name": name, "id": listing.safe(name), "table": found, "figures": drawn})
    footprint = figures.footprint(material.footprints, looks) if material.footprints else None
    for figure in [one for each in scenarios for one in each["figures"]] + ([footprint] if footprint else []):
        listings.append(figure.listing)
        if figure.spec:
            specs[listing.safe(figure.name)] = figure.spec
    environment = facts.services(run)
    gates = [facts.dropped(summary), facts.invalid(summary)] if summary else []
    calibration = run.calibration or {}
    vega, script = bundle(), asset("report.js")
    html = TEMPLATES.get_template("report.html").render(
        run=run,
        machine=facts.machine(run),
        traffic=facts.traffic(run),
        notes=facts.notes(run, catalogue),
        problems=material.problems,
        answers=answers(summary),
        scenarios=scenarios,
        services=_services(list(run.services), [one.name for one in catalog.read() if one.role == "contender"], looks),
        footprint=footprint,
        gates=gates,
        environment=environment,
        facts=facts.environment(run),
        declared={name: one.declared for name, one in run.services.items() if one.declared},
        calibrated=calibration.get("when"),
        calibration=(calibration.get("words") or "").split("; "),
        command=facts.command(run),
        specs=as_json(specs),
        greys=as_json(palette.GREYS),
        at_once=palette.AT_ONCE,
        glyphs=palette.GLYPHS,
        slug=listing.safe,
        style=Markup(asset("report.css")),
        bundle=Markup(vega),
        script=Markup(script),
        policy=policy([vega, script]),
    )
    return html, [*listings, environment, *gates]


def answers(summary: Summary | None) -> list[Answer]:
    return [answer.of(name, found) for name, found in summary.scenarios.items()] if summary else []


def policy(scripts: Iterable[str]) -> str:
    """A content security policy under which only these scripts run, and nothing is requested."""
    allowed = " ".join(map(hashed, scripts)) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:"


def hashed(script: str) -> str:
    """As a content security policy names a script."""
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def asset(name: str) -> str:
    """A style sheet or script of the pages."""
    return (_FOLDER / name).read_text()


def as_json(value: Any) -> Markup:
    """JSON for a <script> element: no tag or comment can begin or end in it."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@cache
def bundle() -> str:
    """Vega-Embed with Vega and Vega-Lite, as one script."""
    import vl_convert

    from levelground.showing import charts

    # Without a snippet the bundle defines window.vegaEmbed; the stub does not know that it may be left out.
    script: str = vl_convert.javascript_bundle(vl_version=charts.VERSION)  # type: ignore[call-arg]
    # Whatever a later version holds: a script ends only where the page says so.
    return re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE)


def _services(names: Sequence[str], contenders: Sequence[str], looks: Any) -> list[_Service]:
    """All services of a run; contenders have their colours first."""
    order = sorted(names, key=lambda name: name not in contenders)
    on = palette.first(order, looks.catalogue)
    return [_Service(name, look, name in on) for name, look in looks.of(names).items()]


# summary.md


def markdown(material: Material) -> str:
    """The run as a pull request has it: a sentence and a short table for each scenario."""
    run, summary = material.run, material.summary
    lines = [
        f"### Level Ground: run {_escaped(run.run)}",
        "",
        f"{_escaped(facts.machine(run))}; {_escaped(facts.traffic(run))}.",
    ]
    lines += [f"\n**{_escaped(one)}**" for one in [*facts.notes(run, run.services), *material.problems]]
    for one in answers(summary):
        assert summary is not None
        lines += ["", f"#### {_escaped(one.scenario)}", "", _escaped(one.sentence)]
        lines += [_escaped(part) for part in [one.overall, *one.trust, one.invalid] if part]
        lines += ["", *_rows(one.scenario, summary.scenarios[one.scenario], run.connections)]
    lines += [
        "",
        "Services that share a letter cannot be told apart at 95 %.",
        "",
        "```",
        facts.command(run),
        "```",
        "",
    ]
    return "\n".join(lines)


def _rows(scenario: str, found: Table, connections: int) -> list[str]:
    main = measure(found)
    lines = [f"| letter | service | ratio to {_escaped(str(found.baseline))} (95 %) | verdict |", "|---|---|---|---|"]
    for name, cell in ranked(found):
        verdict = table.verdict(table.Row(scenario, name, cell, found.baseline, connections))
        cells = [cell.group, name, rounding.interval(getattr(cell, main)), verdict]
        lines.append(f"| {' | '.join(map(_escaped, cells))} |")
    return lines


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    plain = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", " ".join(plain.split()))
