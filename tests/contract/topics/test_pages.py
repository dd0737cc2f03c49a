"""The checks of pages, against liars."""

import pytest

from levelground.contract.topics import pages
from levelground.traffic import markup
from tests.contract.honest import Honest, Lie, Reply, Request, at, lying


def test_the_page_has_its_hundred_rows_and_some_need_escapes() -> None:
    assert len(pages.ENTRIES) == 100
    said = markup.meaning(pages.table("Tea"))
    assert said.count('["<","tr"]') == 101
    assert '["<","script"]' not in said
    assert "<script>" in said


def test_the_file_is_64_kib_of_ascii() -> None:
    assert len(pages.WORDS.encode("ascii")) == 64 * 1024


class OpenHouse(Honest):
    """It gives what is outside of the folder."""

    def __call__(self, request: Request) -> Reply:
        return Reply(200, b"root:x:0:0") if "%2e%2e" in request.path else super().__call__(request)


LIES = {
    "a part of the file": Lie("static", "GET /static/words.txt: expected 200", lying(at("/static"), body=b"0001")),
    "every file there is": Lie("static", "nope.txt: expected 404; got 200", lying(at("/static/nope", 404), status=200)),
    "nothing to ask by": Lie(
        "static-304", "expected an `ETag` or a `Last-Modified`; got neither", lying(at("/static"), headers={})
    ),
    "the whole file again": Lie(
        "static-304",
        'expected 304 without a body for `If-None-Match: "1"`; got 200',
        lying(at("/static", 304), status=200),
    ),
    "304 for what is another file": Lie(
        "static-304",
        "expected 200 text/plain",
        lying(lambda r, _: "If-None-Match" in r.headers, status=304, body=b""),
    ),
    "a way out": Lie("static-outside", "GET /static/%2e%2e/rows.json: expected a 4xx; got 200", OpenHouse),
    "500 for a NUL": Lie(
        "static-nul", "GET /static/%00: expected a 4xx; got 500", lying(lambda r, _: "%00" in r.path, status=500)
    ),
    "a row that is missing": Lie(
        "template",
        r"GET /template\?title=Tea: expected a page with .*; got .* there",
        lying(at("/template"), body=pages.table("Tea").replace("<td>7</td>", "").encode()),
    ),
    "another media type": Lie(
        "template", "expected 200 text/html .*; got 200 text/plain", lying(at("/template"), content_type="text/plain")
    ),
    "a title as it came": Lie(
        "template-escaped",
        "expected a page with .*; got .*script",
        lying(at("/template"), body=pages.table("X").replace("X", "<script>alert(1)</script>").encode()),
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
