"""The folder of a run in results/: run.json, slices.jsonl and blocks.jsonl; everything else is computed from them.

Every slice is written before the next one begins: a killed run loses at most the slice in flight.
"""

import os
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from levelground.model.record import SCHEMA, Conditions, Run, Slice, TooNew

RESULTS = Path(os.environ.get("LEVELGROUND_RESULTS", "results"))


class Folder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, results: Path = RESULTS) -> "Folder":
        """A new folder, named by the time, and results/latest pointing at it."""
        name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}-{secrets.token_hex(2)}"
        folder = cls(results / name)
        folder.path.mkdir(parents=True)
        link = results / f".latest-{secrets.token_hex(2)}"
        link.symlink_to(name)
        link.replace(results / "latest")
        return folder

    @classmethod
    def of(cls, run: Run, results: Path = RESULTS) -> "Folder":
        """The folder of an existing run."""
        return cls(results / run.run)

    @property
    def name(self) -> str:
        return self.path.resolve().name

    def write_run(self, run: Run) -> None:
        """In the newest schema, whichever it was read in."""
        self.write_json("run.json", replace(run, schema=SCHEMA))

    def append(self, one: Slice | Conditions) -> None:
        """Adds a line to slices.jsonl or blocks.jsonl and hands it to the operating system before it returns."""
        with (self.path / _FILES[type(one)]).open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(one) + b"\n")

    def write_json(self, name: str, value: object) -> None:
        """Replaces a file in one step: a reader sees the old one or the new one, never half of it."""
        path = self.path / name
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
        new.replace(path)

    def read_run(self) -> Run:
        """Its `schema` is the one it was written in. Raises FileNotFoundError, msgspec.ValidationError, TooNew."""
        told = msgspec.json.decode((self.path / "run.json").read_bytes(), type=dict[str, Any])
        schema = told.get("schema", SCHEMA)
        if schema > SCHEMA:
            raise TooNew(f"run {self.name} has schema {schema}, and this Level Ground reads up to {SCHEMA}: update it")
        if "reference" in told:
            told["baseline"] = told.pop("reference")
        return msgspec.convert(told, Run)

    def last_slice(self) -> Slice | None:
        """None before the first."""
        newest = deque(self.read_slices(), maxlen=1)
        return newest[0] if newest else None

    def read_slices(self) -> Iterator[Slice]:
        """All slices that were written whole: the last line of a killed run may not have been."""
        return self._read(Slice)

    def read_blocks(self) -> Iterator[Conditions]:
        """The conditions of all blocks that came to their end; none in runs of schema 1."""
        return self._read(Conditions)

    def read_all(self) -> tuple[list[Slice], list[Conditions]]:
        """All slices, and the conditions of all blocks."""
        return list(self.read_slices()), list(self.read_blocks())

    def _read[Line: (Slice, Conditions)](self, kind: type[Line]) -> Iterator[Line]:
        path = self.path / _FILES[kind]
        if not path.exists():
            return
        decoder = msgspec.json.Decoder(kind)
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield decoder.decode(line)


class Tail[Line: (Slice, Conditions)]:
    """The lines of a file that is being written, each of them once."""

    def __init__(self, folder: Folder, kind: type[Line]) -> None:
        self._path = folder.path / _FILES[kind]
        self._decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(kind)
        self._read = 0

    def read(self) -> list[Line]:
        """The lines that are whole by now and were not read before."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                lines = file.read()
        except FileNotFoundError:
            return []
        whole = lines[: lines.rfind(b"\n") + 1]
        self._read += len(whole)
        return [self._decoder.decode(line) for line in whole.splitlines()]


_FILES: dict[type, str] = {Slice: "slices.jsonl", Conditions: "blocks.jsonl"}


def runs(results: Path = RESULTS) -> list[Run]:
    """All runs that can be read, the oldest first; what is half written or too new is left out."""
    found = []
    for path in results.glob("*/run.json"):
        if not path.parent.is_symlink():
            try:
                found.append(Folder(path.parent).read_run())
            except (OSError, ValueError, TooNew):
                continue
    return sorted(found, key=lambda run: run.started)
