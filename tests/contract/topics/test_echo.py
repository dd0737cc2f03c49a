"""The checks of echo, against liars."""

import pytest

from levelground.contract.topics.echo import BODY_LIMIT
from tests.contract.honest import Lie, Request, at, lying


def is_chunked(request: Request) -> bool:
    return "Transfer-Encoding" in request.headers


LIES = {
    "all headers": Lie("request", "got 200 .*host", lying(at("/request"), body=b'{"headers": {"host": "a"}}')),
    "a decoded query": Lie(
        "request",
        r"GET /request\?a=%20.*: expected .*%20.*; got",
        lying(
            lambda r, _: r.query.startswith("a=%20"),
            body=b'{"method": "GET", "path": "/request", "query": "a= +b", "headers": {}}',
        ),
    ),
    "an echo of nothing": Lie("echo", "POST /echo .*got 200 application/json 'null'", lying(at("/echo"), body=b"null")),
    "no long bodies": Lie(
        "echo-sizes", "expected 200.*got 413", lying(lambda r, _: len(r.body) == BODY_LIMIT, status=413)
    ),
    "no chunks in pieces": Lie(
        "echo-chunked",
        "POST /echo in five pieces, in chunks: expected 200; got a closed connection",
        lying(lambda r, _: is_chunked(r) and b"\xc3" in r.body, status=0),
    ),
    "no chunks": Lie("echo-chunked", "in chunks: expected 200.*got 411", lying(lambda r, _: is_chunked(r), status=411)),
    "500 on bad JSON": Lie(
        "echo-malformed", "POST /echo ' ': expected a 4xx; got 500", lying(at("/echo", 400), status=500)
    ),
    "200 on bad JSON": Lie("echo-malformed", "expected a 4xx; got 200", lying(at("/echo", 400), status=200)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
