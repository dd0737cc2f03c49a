"""What pages about a run are made from: read from its folder, with a sentence for whatever cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from levelground.judging import summary as judging
from levelground.judging.summary import Summary
from levelground.model import footprint
from levelground.model.folder import Folder
from levelground.model.footprint import Footprint
from levelground.model.record import Conditions, Run, Slice, TooNew

UNREADABLE = (OSError, msgspec.MsgspecError, UnicodeDecodeError, TooNew)
"""What reading a record may raise."""


@dataclass(frozen=True)
class Material:
    """A run."""

    run: Run
    summary: Summary | None
    """None: it cannot be judged."""
    counted: Mapping[str, Mapping[str, Sequence[Slice]]]
    """The slices that the summary's numbers come from, by scenario and service."""
    footprints: Mapping[str, Footprint]
    """Of the same images, the newest."""
    problems: list[str] = field(default_factory=list)


def read(folder: Folder) -> Material:
    """Everything that is known of a run; judges it if it was not judged since its last slice.

    Raises what UNREADABLE holds if run.json cannot be read.
    """
    run = folder.read_run()
    problems: list[str] = []
    slices = _lines(folder, "slices.jsonl", problems, run)
    blocks = [one for one in _lines(folder, "blocks.jsonl", problems, run) if isinstance(one, Conditions)]
    known = [one for one in slices if isinstance(one, Slice)]
    whole = not problems
    summary = _summary(folder, whole, problems)
    counted: Mapping[str, Mapping[str, Sequence[Slice]]] = {}
    if whole and summary:
        counted = judging.counted(run, known, blocks)
    return Material(run, summary, counted, footprints(folder.path.resolve().parent, run), problems)


def read_summary(folder: Folder) -> Summary | None:
    """summary.json as it is; None if there is none that this version can read."""
    try:
        return msgspec.json.decode((folder.path / "summary.json").read_bytes(), type=Summary)
    except UNREADABLE:
        return None


def footprints(results: Path, run: Run) -> dict[str, Footprint]:
    """The newest footprint of each of the run's images, by service."""
    images = ((run.host.get("engine") or {}).get("images")) or {}
    found: dict[str, Footprint] = {}
    for path in sorted(results.glob("footprint/*/footprint.json"), reverse=True):
        if path.parent.is_symlink():
            continue
        try:
            report = msgspec.json.decode(path.read_bytes(), type=footprint.Report)
        except UNREADABLE:
            continue
        for name, one in report.services.items():
            if name in run.services and one.image and one.image == images.get(name):
                found.setdefault(name, one)
    return {name: found[name] for name in run.services if name in found}


def _lines(folder: Folder, name: str, problems: list[str], run: Run) -> list[Slice | Conditions]:
    read = folder.read_slices if name == "slices.jsonl" else folder.read_blocks
    lines: list[Slice | Conditions] = []
    try:
        lines.extend(read())
    except UNREADABLE as error:
        problems.append(f"{name} cannot be read after {len(lines)} lines ({error}).")
    strangers = {
        one.service
        for one in lines
        if isinstance(one, Slice) and (one.service not in run.services or one.scenario not in run.scenarios)
    }
    if strangers:
        problems.append(f"{name} has lines of what run.json does not know: {', '.join(sorted(strangers))}.")
    return lines


def _summary(folder: Folder, whole: bool, problems: list[str]) -> Summary | None:
    stored = read_summary(folder)
    if stored and (not whole or not _is_stale(folder)):
        return stored
    if not whole:
        return None
    try:
        return judging.judge(folder)
    except (ArithmeticError, KeyError, ValueError, IndexError) as error:
        problems.append(f"The run cannot be judged ({type(error).__name__}: {error}).")
        return stored


def _is_stale(folder: Folder) -> bool:
    """Whether slices were written after the summary."""
    slices = folder.path / "slices.jsonl"
    return slices.exists() and slices.stat().st_mtime > (folder.path / "summary.json").stat().st_mtime
