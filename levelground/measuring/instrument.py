"""What measured a run: the code that sends, times and records, told by a hash.

Two runs of the same images may differ because this code does.
"""

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
PARTS = ("model", "stand", "traffic", "measuring")
"""Judging is not among them: it is done anew for every run on record."""


def version(package: Path = PACKAGE) -> str:
    """The first twelve digits of the SHA-256 of its sources, names and contents."""
    sha = hashlib.sha256()
    for path in sorted(path for part in PARTS for path in (package / part).rglob("*.py")):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode() + content)
    return sha.hexdigest()[:12]
