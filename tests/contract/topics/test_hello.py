"""The checks of hello, against liars."""

import pytest

from tests.contract.honest import Lie, at, lying

LIES = {
    "a wrong text": Lie(
        "hello",
        "GET /: expected 200 text/plain 'hello world'; got 200 text/plain.*Hello",
        lying(at("/"), body=b"Hello"),
    ),
    "a wrong status": Lie("json", "expected 200 application/json .*; got 203 ", lying(at("/json"), status=203)),
    "a wrong media type": Lie("json", "got 200 text/html '{", lying(at("/json"), content_type="text/html")),
    "no JSON": Lie("json", r"expected JSON in UTF-8 \(Expecting value.*; got 200", lying(at("/json"), body=b"hello")),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
