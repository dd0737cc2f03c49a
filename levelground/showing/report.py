"""A run as one page that needs nothing else, as Markdown for a pull request, and as CSV; all beside its records."""

from pathlib import Path
from typing import Any

from levelground.judging.summary import Summary, Table, measure, ranked
from levelground.model.folder import Folder
from levelground.model.record import Run
from levelground.showing import answer, facts, frame, listing, rounding, table
from levelground.showing.answer import Answer
from levelground.showing.frame import as_code, as_markdown
from levelground.showing.listing import Listing
from levelground.showing.material import Material
from levelground.stand import catalog

FILE = "report.html"
MARKDOWN = "summary.md"


def write(folder: Folder, material: Material) -> Path:
    """Writes the page, summary.md and the CSV files into the run's folder; the page's path."""
    page, listings = _page(material)
    path = folder.path.resolve() / FILE
    frame.replace(path, page)
    frame.replace(path.with_name(MARKDOWN), markdown(material))
    for one in listings:
        path.with_name(one.file).write_bytes(one.csv.encode())
    return path


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
            specs[figure.name] = figure.spec
    environment = facts.services(run)
    gates = [facts.dropped(summary), facts.invalid(summary)] if summary else []
    calibration = run.calibration or {}
    html = frame.render(
        "report.html",
        frame.plots(specs, list(run.services), _first(run, summary), catalogue),
        run=run,
        machine=facts.machine(run),
        traffic=facts.traffic(run),
        notes=facts.notes(run, catalogue),
        problems=material.problems,
        answers=answers(summary),
        scenarios=scenarios,
        footprint=footprint,
        gates=gates,
        environment=environment,
        facts=facts.environment(run),
        declared={name: one.declared for name, one in run.services.items() if one.declared},
        calibrated=calibration.get("when"),
        calibration=(calibration.get("words") or "").split("; "),
        command=facts.command(run),
    )
    return html, [*listings, environment, *gates]


def _first(run: Run, summary: Summary | None) -> list[str]:
    """In which order services have their colours: contenders by the first scenario's ranking, then all others."""
    place = {}
    for found in summary.scenarios.values() if summary else ():
        if found.services:
            place = {name: number for number, (name, _) in enumerate(ranked(found))}
            break
    return sorted(
        run.services, key=lambda name: (run.services[name].role != "contender", place.get(name, len(run.services)))
    )


def answers(summary: Summary | None) -> list[Answer]:
    return [answer.of(name, found) for name, found in summary.scenarios.items()] if summary else []


# summary.md


def markdown(material: Material) -> str:
    """The run as a pull request has it: a sentence and a short table for each scenario."""
    run, summary = material.run, material.summary
    lines = [
        f"### Level Ground: run {as_markdown(run.run)}",
        "",
        f"{as_markdown(facts.machine(run))}; {as_markdown(facts.traffic(run))}.",
    ]
    lines += [f"\n**{as_markdown(one)}**" for one in [*facts.notes(run, run.services), *material.problems]]
    for one in answers(summary):
        assert summary is not None
        lines += ["", f"#### {as_markdown(one.scenario)}", "", as_markdown(one.sentence)]
        lines += [as_markdown(part) for part in [one.overall, *one.trust, one.invalid] if part]
        lines += ["", *_rows(one.scenario, summary.scenarios[one.scenario], run.connections_in(one.scenario))]
    lines += [
        "",
        "Services that share a letter cannot be told apart at 95 %.",
        "",
        *as_code([facts.command(run)]),
        "",
    ]
    return "\n".join(lines)


def _rows(scenario: str, found: Table, connections: int) -> list[str]:
    main = measure(found)
    lines = [
        f"| letter | service | ratio to {as_markdown(str(found.baseline))} (95 %) | verdict |",
        "|---|---|---|---|",
    ]
    for name, cell in ranked(found):
        verdict = table.verdict(table.Row(scenario, name, cell, found.baseline, connections))
        cells = [cell.group, name, rounding.interval(getattr(cell, main)), verdict]
        lines.append(f"| {' | '.join(map(as_markdown, cells))} |")
    return lines
