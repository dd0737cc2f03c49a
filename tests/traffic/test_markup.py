"""Markup: what a page says, and what makes no difference to it."""

import pytest

from levelground.traffic.markup import meaning

PAGE = '<!doctype html><html lang="en"><body><h1>a &amp; b</h1><p>1 &lt; 2</p></body></html>'


@pytest.mark.parametrize(
    "same",
    [
        PAGE.replace("><", ">\n  <"),
        PAGE.replace("&amp;", "&#38;"),
        PAGE.replace("&lt;", "&#x3c;"),
        PAGE.replace("doctype", "DOCTYPE").replace("<h1>", "<H1>"),
        PAGE.replace('"en"', "en"),
        PAGE.replace("<p>", "<!-- here --><p>\n").replace("1 ", "1\n"),
    ],
)
def test_white_space_escapes_and_case_make_no_difference(same: str) -> None:
    assert meaning(same) == meaning(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        PAGE.replace("&lt;", "<b>"),
        PAGE.replace("1 &lt;", "1&lt;"),
        PAGE.replace("h1", "h2"),
        PAGE.replace('"en"', '"de"'),
        PAGE.replace("&amp;", "&amp;amp;"),
        PAGE.replace("<p>", "<p></p><p>"),
        PAGE.replace("</p>", ""),
        "",
    ],
)
def test_every_tag_and_text_makes_one(other: str) -> None:
    assert meaning(other) != meaning(PAGE)


def test_a_text_that_looks_like_a_tag_is_none() -> None:
    assert meaning("&lt;b&gt;") != meaning("<b>")
