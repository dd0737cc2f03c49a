"""Tables as CSV."""

import csv
import io

from levelground.showing import listing
from levelground.showing.listing import Field


def test_a_table_as_csv_has_exact_values_and_empty_fields() -> None:
    fields = (
        Field[float | None]("us", "µs", lambda row: "–" if row is None else f"{row:.0f}", lambda row: row),
        Field[float | None]("text", "text", lambda row: "–" if row is None else f"{row:.0f}"),
    )
    made = listing.of("name", "caption", fields, {"": [1.25, None]})
    assert made.csv == "us,text\r\n1.25,1\r\n,\r\n"
    assert made.groups == [("", [["1", "1"], ["–", "–"]])]
    assert made.link.startswith("data:text/csv;charset=utf-8,us%2Ctext")


def test_no_field_is_a_formula_for_a_spreadsheet() -> None:
    text = listing.as_csv(["a"], [["=1+1"], ["@x"], [-2.5], ['say "hi", all']])
    assert [row[0] for row in csv.reader(io.StringIO(text))] == ["a", "'=1+1", "'@x", "-2.5", 'say "hi", all']


def test_a_name_leads_out_of_no_folder() -> None:
    assert listing.safe("../../etc/passwd") == "______etc_passwd"
    assert listing.safe("") == "_"
