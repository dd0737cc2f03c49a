"""What another process appends to a file of lines, read from where the last read stopped."""

from pathlib import Path

import msgspec

AT_ONCE = 1 << 22
"""Bytes that one read takes at most, so that catching up with a long file never takes long at a time."""


class Tail[Line]:
    """The new lines of a file of JSON lines, each as a record of one kind. The file may not be there yet."""

    def __init__(self, path: Path, kind: type[Line]) -> None:
        self._path = path
        self._decoder = msgspec.json.Decoder(kind)
        self._offset = 0

    def skip(self) -> None:
        """From here on, only lines that end later are read."""
        if self._path.exists():
            self._offset = self._path.read_bytes().rfind(b"\n") + 1

    def read(self) -> list[Line]:
        """The lines that were ended since the last read; a line that is no such record is left out."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(AT_ONCE)
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [one for line in whole.splitlines() if (one := self._decode(line)) is not None]

    def _decode(self, line: bytes) -> Line | None:
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError:
            return None
