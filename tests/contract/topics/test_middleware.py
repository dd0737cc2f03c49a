"""The check of middleware, against liars."""

import pytest

from levelground.contract import checker
from tests.contract.honest import Lie, at, lying, service, serving

LIES = {
    "no layers": Lie("middleware", "expected `X-Layer: .*; got ``", lying(at("/middleware"), headers={})),
    "two of three": Lie(
        "middleware", "got `outer, inner`", lying(at("/middleware"), headers={"X-Layer": "outer, inner"})
    ),
    "out of order": Lie(
        "middleware", "got `middle, ", lying(at("/middleware"), headers={"X-Layer": "middle, outer, inner"})
    ),
    "around everything": Lie(
        "middleware", "GET /: expected no layers", lying(lambda r, _: r.path == "/", headers={"X-Layer": "outer"})
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()


def test_layers_may_add_their_headers_on_the_way_back() -> None:
    with serving(lying(at("/middleware"), headers={"X-Layer": "inner, middle, outer"})()) as port:
        assert checker.check(service("middleware"), "127.0.0.1", port)["middleware"] is None
