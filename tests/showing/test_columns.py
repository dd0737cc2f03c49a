"""Columns: as wide as what stands in them, and never run together."""

import re

from hypothesis import given
from hypothesis import strategies as st

from levelground.showing import columns
from levelground.showing.columns import Column

Row = tuple[str, str, str]
COLUMNS = (
    Column[Row]("service", lambda row: row[0], is_word=True),
    Column[Row]("requests/s", lambda row: row[1]),
    Column[Row]("CPU µs", lambda row: row[2]),
)
CELLS = st.text("0123456789.,–µa", min_size=1, max_size=30)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_at_least_two_blanks_lie_between_columns_whatever_stands_in_them(rows: list[Row]) -> None:
    for line, row in zip(columns.lines(COLUMNS, {"": rows})[1:], rows, strict=True):
        assert re.split(" {2,}", line.strip()) == list(row)


def test_numbers_stand_right_and_words_left_under_their_headings() -> None:
    assert columns.lines(COLUMNS, {"": [("go", "801", "1,234.4"), ("starlette", "12", "4.1")]}) == [
        "  service    requests/s   CPU µs",
        "  go                801  1,234.4",
        "  starlette          12      4.1",
    ]


def test_rows_of_a_group_stand_under_its_name_in_the_same_columns() -> None:
    assert columns.lines(
        COLUMNS, {"contenders": [("starlette", "12", "4.1")], "none": [], "references": [("go", "801", "1.2")]}
    ) == [
        "  service    requests/s  CPU µs",
        "  contenders",
        "  starlette          12     4.1",
        "  references",
        "  go                801     1.2",
    ]


def test_a_table_without_rows_is_its_headings() -> None:
    assert columns.lines(COLUMNS, {}) == ["  service  requests/s  CPU µs"]
