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
    found = _Records(folder)
    summary = found.stored_or_judged()
    counted: Mapping[str, Mapping[str, Sequence[Slice]]] = {}
    if found.whole and summary:
        counted = judging.counted(found.run, found.slices, found.blocks)
    known = footprints(folder.path.resolve().parent, found.run)
    return Material(found.run, summary, counted, known, found.problems)


def read_judged(folder: Folder) -> Material:
    """A run, judged anew and in memory only: of two runs, both have to be judged by the same version.

    Without slices and footprints, which only a run's own page shows. Raises as `read`.
    """
    found = _Records(folder)
    return Material(found.run, found.judged(), counted={}, footprints={}, problems=found.problems)


class _Records:
    """A run's files; what cannot be read is a problem in words."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.run = folder.read_run()
        self.problems: list[str] = []
        lines = _lines(folder, "slices.jsonl", self.problems, self.run)
        blocks = _lines(folder, "blocks.jsonl", self.problems, self.run)
        self.slices = [one for one in lines if isinstance(one, Slice)]
        self.blocks = [one for one in blocks if isinstance(one, Conditions)]
        self.whole = not self.problems

    def stored_or_judged(self) -> Summary | None:
        stored = read_summary(self.folder)
        if stored and (not self.whole or not is_stale(self.folder)):
            return stored
        summary = self._judged() if self.whole else None
        if summary is None:
            return stored
        self.folder.write_json("summary.json", summary)
        return summary

    def judged(self) -> Summary | None:
        """Where that cannot be, what an earlier judgement left."""
        summary = self._judged() if self.whole else None
        if summary is None and (summary := read_summary(self.folder)):
            self.problems.append("Its numbers are those of an earlier judgement, in summary.json.")
        return summary

    def _judged(self) -> Summary | None:
        try:
            return judging.of(self.run, self.slices, self.blocks)
        except (ArithmeticError, KeyError, ValueError, IndexError) as error:
            self.problems.append(f"The run cannot be judged ({type(error).__name__}: {error}).")
            return None


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


def is_stale(folder: Folder) -> bool:
    """Whether slices were written after the summary."""
    slices = folder.path / "slices.jsonl"
    return slices.exists() and slices.stat().st_mtime > (folder.path / "summary.json").stat().st_mtime
