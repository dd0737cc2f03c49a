"""Tables: one description of a column for those in the terminal and those on pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tabulate import tabulate


@dataclass(frozen=True)
class Column[Row]:
    """What stands above a column, and what a row says in it."""

    title: str
    text: Callable[[Row], str]
    is_word: bool = False
    """Words stand left, numbers right."""


def lines[Row](columns: Sequence[Column[Row]], groups: Mapping[str, Sequence[Row]]) -> list[str]:
    """The headings, then the rows, each group under its name; a group named "" is not named, an empty one left out.

    Every column is as wide as what stands in it, with two blanks or more before the next.
    """
    rows = [row for group in groups.values() for row in group]
    # As a row of its own: tabulate would make a column two wider than what it calls a header.
    titles = [column.title for column in columns]
    heading, *laid_out = tabulate(
        [titles, *([column.text(row) for column in columns] for row in rows)],
        tablefmt="plain",
        colalign=["left" if column.is_word else "right" for column in columns],
        disable_numparse=True,
    ).splitlines()
    result, rest = [heading], iter(laid_out)
    for name, group in groups.items():
        if name and group:
            result.append(name)
        result += [next(rest) for _ in group]
    return [f"  {line}".rstrip() for line in result]
