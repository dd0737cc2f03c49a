"""Tables of pages: what stands in them, and the same as CSV."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Field[Row]:
    """A column."""

    key: str
    """What it is called in the page's markup and in CSV."""
    title: str
    text: Callable[[Row], str]
    """As the page has it."""
    value: Callable[[Row], Any] | None = None
    """As CSV has it; None: as the page."""
    is_word: bool = False
    """Words stand left, numbers right."""


@dataclass(frozen=True)
class Listing:
    """A table, ready for a template."""

    name: str
    """Of its file, without .csv."""
    caption: str
    headings: list[tuple[str, str, bool]]
    """Key, title, whether the column holds words."""
    groups: list[tuple[str, list[list[str]]]]
    """Names of groups, and their rows; a group without a name has no heading."""
    csv: str

    @property
    def count(self) -> int:
        return sum(len(rows) for _, rows in self.groups)

    @property
    def file(self) -> str:
        return f"{safe(self.name)}.csv"

    @property
    def link(self) -> str:
        """The CSV as an address that holds it."""
        return f"data:text/csv;charset=utf-8,{quote(self.csv)}"


def of[Row](
    name: str,
    caption: str,
    fields: Sequence[Field[Row]],
    groups: Mapping[str, Sequence[Row]],
    text: str | None = None,
) -> Listing:
    """A table of groups of rows. `text` is the CSV, if it is to say more than the table."""
    rows = [row for group in groups.values() for row in group]
    if text is None:
        values = [[(field.value or field.text)(row) for field in fields] for row in rows]
        text = as_csv([field.key for field in fields], values)
    return Listing(
        name,
        caption,
        [(field.key, field.title, field.is_word) for field in fields],
        [(title, [[field.text(row) for field in fields] for row in group]) for title, group in groups.items() if group],
        text,
    )


def as_csv(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Comma-separated values (RFC 4180); null is an empty field, and no text is one that a spreadsheet would run."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([[_plain(value) for value in row] for row in rows])
    return file.getvalue()


def safe(name: str) -> str:
    """A name as one of a file: no path leads out of the folder."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "_"


def _plain(value: Any) -> Any:
    if value is None or value == "–":
        return ""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
