"""The check of about, against liars."""

import json
from typing import Any

import pytest

from levelground.contract import checker
from levelground.contract.topics.about import EXAMPLE
from tests.contract.honest import Lie, at, lying, service, serving


def telling(**changes: Any) -> bytes:
    return json.dumps(EXAMPLE | changes).encode()


LIMITS: Any = EXAMPLE["limits"]
LIES = {
    "nobody": Lie(
        "about", r"expected the schema.*; got \$: 'framework' is a required property", lying(at("/about"), body=b"{}")
    ),
    "no CPU": Lie(
        "about",
        r"got \$.limits.cpus: \[\] should be non-empty",
        lying(at("/about"), body=telling(limits=LIMITS | {"cpus": []})),
    ),
    "no parser": Lie(
        "about", r"got \$.parser: None is not of type 'string'", lying(at("/about"), body=telling(parser=None))
    ),
    "a version without a digit": Lie(
        "about",
        r"got \$.json_version: 'latest' does not match",
        lying(at("/about"), body=telling(json_version="latest")),
    ),
    "no base image": Lie(
        "about", r"got \$.base_image: '' should be non-empty", lying(at("/about"), body=telling(base_image=""))
    ),
    "more than is known": Lie(
        "about", "Additional properties are not allowed", lying(at("/about"), body=telling(mood="good"))
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()


def test_a_version_may_be_null_where_nothing_tells_it() -> None:
    versions = dict.fromkeys(name for name in EXAMPLE if name.endswith("_version"))
    with serving(lying(at("/about"), body=telling(**versions, json=None))()) as port:
        assert checker.check(service("about"), "127.0.0.1", port)["about"] is None
