"""The checks of validation, against liars."""

import pytest

from levelground.contract.topics.validation import EXAMPLE, names, receipt
from tests.contract.honest import Lie, at, lying


def test_a_receipt_adds_up() -> None:
    assert receipt(EXAMPLE) == {"customer": "Zoë", "quantity": 3, "totals": [2500, 999], "total": 3499}


def test_a_field_is_named_by_a_word_of_its_own() -> None:
    assert names("city", b'{"field": "city"}')
    assert names("city", b"address.city: missing")
    assert names("city", b'{"errors": "1 error\\ncity\\n  missing"}')
    assert not names("city", b"capacity: missing")


LIES = {
    "a sum that is wrong": Lie(
        "validate",
        "POST /validate .*: expected 200 .*3499.*; got 200",
        lying(at("/validate"), body=b'{"customer": "Zo\\u00eb", "quantity": 3, "totals": [2500, 999], "total": 3500}'),
    ),
    "whatever is wrong is taken": Lie(
        "validate-wrong",
        "expected a 4xx; got 200",
        lying(at("/validate", 422), status=200),
    ),
    "no field is named": Lie(
        "validate-wrong",
        "expected an answer that names `customer`, since customer is wrong; got 422",
        lying(at("/validate", 422), body=b"wrong"),
    ),
    "another field is named": Lie(
        "validate-wrong",
        "names `name`, since customer.name is wrong",
        lying(at("/validate", 422), body=b"customer"),
    ),
    "500 on bad JSON": Lie("validate-wrong", "expected a 4xx; got 500", lying(at("/validate", 400), status=500)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
