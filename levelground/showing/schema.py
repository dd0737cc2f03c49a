"""The JSON Schema of every file of a run, generated from the dataclasses that write it, and checked in.

`python -m levelground.showing.schema` writes them anew.
"""

from pathlib import Path
from typing import Any

import msgspec

from levelground.judging import summary
from levelground.model import count, footprint, record, survey

FOLDER = Path(__file__).parent.parent.parent / "contract" / "records"
TYPES = {
    "run": record.Run,
    "slice": record.Slice,
    "block": record.Conditions,
    "summary": summary.Summary,
    "footprint": footprint.Report,
    "count": count.Report,
    "survey": survey.Record,
}


def of(name: str) -> dict[str, Any]:
    """The schema of one kind of record: run (run.json), slice (a line of slices.jsonl), summary (summary.json)."""
    return msgspec.json.schema(TYPES[name])


def text(name: str) -> str:
    """The schema as its file holds it."""
    return msgspec.json.format(msgspec.json.encode(of(name)), indent=2).decode() + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for kind in TYPES:
        (FOLDER / f"{kind}.schema.json").write_text(text(kind))
