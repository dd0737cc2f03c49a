"""The checks of parameters, against liars; and their traffic."""

from typing import override
from urllib.parse import unquote

import pytest

from levelground.contract.topics.parameters import query
from tests.contract.honest import Honest, Lie, Reply, Request, as_json, at, lying


class Sloppy(Honest):
    """What int() takes for a number."""

    @override
    def number(self, digits: str) -> Reply:
        try:
            return as_json({"number": int(digits)})
        except ValueError:
            return Reply(404)


class Twice(Honest):
    """Decodes what the server had decoded."""

    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        return super().answer(template, request, *map(unquote, parameters))


class TwiceInJson(Honest):
    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        again = parameters if template == "/greet/{name}" else map(unquote, parameters)
        return super().answer(template, request, *again)


class PlusIsSpace(Honest):
    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        return super().answer(template, request, *(one.replace("+", " ") for one in parameters))


LIES = {
    "a wrong charset": Lie("greet", "charset=latin-1", lying(at("/greet"), content_type="text/plain; charset=latin-1")),
    "a space for a plus": Lie("greet", r"GET /greet/a%2Bb: expected .*'hello a\+b'; got .*'hello a b'", PlusIsSpace),
    "decoded twice": Lie("greet-percent", "GET /greet/%2541: expected .*'hello %41'; got .*'hello A'", Twice),
    "decoded twice in JSON": Lie("greet-percent", 'GET /greet/%2541/%2542: expected .*%42.*; got .*"B"', TwiceInJson),
    "one for both": Lie(
        "greet-two",
        "expected .*admin.*; got .*alice.*alice",
        lying(at("/greet"), body=b'{"name": "alice", "info": "alice"}'),
    ),
    "true for one": Lie("number", '"number": 0.*got 200 .*true', lying(at("/number"), body=b'{"number": true}')),
    "a float for an integer": Lie("number", "got .*0.0", lying(at("/number"), body=b'{"number": 0.0}')),
    "a sign": Lie("number", r"GET /number/-1: expected 404; got 200 application/json '\{\"number\": -1\}'", Sloppy),
    "400 for letters": Lie("number", "GET /number/.*: expected 404; got 400", lying(at("/number", 404), status=400)),
    "one name, no list": Lie(
        "query", r"GET /query: expected .*\[\]", lying(at("/query"), body=b'{"name": "a", "age": null}')
    ),
    "a plus in a query": Lie(
        "query",
        r"GET /query\?name=a\+b.*: expected .*a b.*; got .*a\+b",
        lying(lambda r, _: r.query.startswith("name=a+b"), body=b'{"name": ["a+b"], "age": "3 +"}'),
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()


def test_a_query_is_written_in_the_order_of_the_contract() -> None:
    assert query("a", "b", age="3", other="c").request.startswith(
        b"GET /query?name=a&name=b&other=c&age=3 HTTP/1.1\r\n"
    )
    assert query().request.startswith(b"GET /query HTTP/1.1\r\n")
