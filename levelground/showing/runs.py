"""What was measured so far: every run in results/ as a line in the terminal, and as the front page of all reports."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from levelground.judging.statistics import widest_half_width
from levelground.judging.summary import Cell, Summary, Table, measure
from levelground.model.folder import Folder
from levelground.model.record import SCHEMA, Run
from levelground.showing import columns, facts, frame, material, report, rounding, sidebyside
from levelground.showing.columns import Column

FILE = "index.html"


@dataclass(frozen=True)
class Entry:
    """A run in the list; of one that cannot be read, its name and the reason."""

    name: str
    when: str
    what: str
    where: str
    precise: str
    valid: str
    note: str
    has_report: bool


COLUMNS = (
    Column[Entry]("run", lambda row: row.name, is_word=True),
    Column[Entry]("begun", lambda row: row.when, is_word=True),
    Column[Entry]("what", lambda row: row.what, is_word=True),
    Column[Entry]("widest interval", lambda row: row.precise),
    Column[Entry]("valid cells", lambda row: row.valid),
    Column[Entry]("report", lambda row: "yes" if row.has_report else "–", is_word=True),
    Column[Entry]("note", lambda row: row.note, is_word=True),
)


def read(results: Path, catalogue: Collection[str]) -> list[Entry]:
    """All runs, the newest first. `catalogue` are the services that there are today."""
    return [_entry(path, catalogue) for path in sorted(_folders(results), key=lambda path: path.name, reverse=True)]


def render(entries: list[Entry], results: Path) -> str:
    """The list as text."""
    if not entries:
        return f"no runs in {results}: make bench makes one"
    return "\n".join([*columns.lines(COLUMNS, {"": entries}), "", "make report RUN=NAME shows one of them as a page."])


def write(results: Path, entries: list[Entry]) -> Path:
    """Writes results/index.html, which lists the comparisons too; its path."""
    path = results / FILE
    html = frame.render(
        "index.html", entries=entries, report=report.FILE, comparisons=_comparisons(results), folder=sidebyside.FOLDER
    )
    frame.replace(path, html)
    return path


def _comparisons(results: Path) -> list[tuple[str, list[str]]]:
    """The files of all comparisons, and the two runs of each; the newest runs first."""
    names = sorted((path.name for path in (results / sidebyside.FOLDER).glob("*..*.html")), reverse=True)
    return [(name, name.removesuffix(".html").split("..")) for name in names]


def _folders(results: Path) -> Iterator[Path]:
    """Folders of runs: those with records in them."""
    if not results.is_dir():
        return
    for path in results.iterdir():
        if path.is_symlink() or not path.is_dir() or path.name.startswith("."):
            continue
        if any((path / name).exists() for name in ("run.json", "slices.jsonl", "summary.json")):
            yield path


def _entry(path: Path, catalogue: Collection[str]) -> Entry:
    folder = Folder(path)
    has_report = (path / report.FILE).exists()
    try:
        run = folder.read_run()
    except FileNotFoundError:
        return Entry(path.name, "–", "–", "–", "–", "–", "run.json is missing", has_report)
    except (*material.UNREADABLE, TypeError, AttributeError) as error:
        reason = str(error) if not isinstance(error, msgspec.MsgspecError) else f"run.json cannot be read: {error}"
        return Entry(path.name, "–", "–", "–", "–", "–", reason, has_report)
    summary = material.read_summary(folder)
    return Entry(
        name=path.name,
        when=run.started.removesuffix("Z").replace("T", " "),
        what=f"{run.load}: {', '.join(run.scenarios)}; {len(run.services)} services",
        where=facts.machine(run),
        precise=_precise(summary),
        valid=_valid(summary),
        note=_note(run, summary, catalogue),
        has_report=has_report,
    )


def _precise(summary: Summary | None) -> str:
    ratios = [
        ratio
        for table in (summary.scenarios.values() if summary else ())
        for cell in table.services.values()
        if cell.valid and (ratio := getattr(cell, measure(table))) is not None
    ]
    width = widest_half_width(ratios)
    return f"±{rounding.percent(width)}" if 0 < width < math.inf else "–"


def _valid(summary: Summary | None) -> str:
    cells = _cells(summary)
    return f"{sum(cell.valid for cell in cells)} of {len(cells)}" if cells else "–"


def _cells(summary: Summary | None) -> list[Cell]:
    return [cell for table in _tables(summary) for cell in table.services.values()]


def _tables(summary: Summary | None) -> list[Table]:
    return list(summary.scenarios.values()) if summary else []


def _note(run: Run, summary: Summary | None, catalogue: Collection[str]) -> str:
    said = []
    if summary is None:
        said.append("not judged: make report does it")
    elif not any(table.blocks for table in _tables(summary)):
        said.append("no whole block")
    elif not any(cell.valid for cell in _cells(summary)):
        said.append("too noisy" if any(table.too_noisy for table in _tables(summary)) else "no valid cell")
    if run.ended is None:
        said.append("broken off or under way")
    elif run.ended not in facts.ENDED:
        said.append(run.ended)
    if run.schema < SCHEMA:
        said.append(f"schema {run.schema}")
    if gone := [name for name in run.services if name not in catalogue]:
        said.append(f"not in compose.yaml any more: {', '.join(gone)}")
    return "; ".join(said) or "ok"
