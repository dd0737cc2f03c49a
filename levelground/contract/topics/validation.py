"""Validation: a nested order, checked with what the framework brings or its documentation names, and added up."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from levelground.contract.client import Client
from levelground.contract.openapi import closed, json_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data

type Order = Mapping[str, Any]

EXAMPLE: Order = {
    "customer": {"name": "Zoë", "email": "zoe@lubeck.example"},
    "address": {"street": "Mengstraße 4", "city": "Lübeck", "postcode": "23552", "country": "DE"},
    "lines": [
        {"sku": "tea-250", "quantity": 2, "price": 1250},
        {"sku": "cup", "quantity": 1, "price": 999},
    ],
}


def _text(longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest} | more


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    """With these keys; whether it may have others is free."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


SCHEMA = _object(
    {
        "customer": _object({"name": _text(100), "email": {"type": "string", "format": "email"}}),
        "address": _object(
            {
                "street": _text(100),
                "city": _text(100),
                "postcode": _text(10),
                "country": {"type": "string", "minLength": 2, "maxLength": 2},
            }
        ),
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": _object(
                {
                    "sku": _text(32),
                    "quantity": {"type": "integer", "minimum": 1, "maximum": 1_000},
                    "price": {"description": "Cents", "type": "integer", "minimum": 0, "maximum": 1_000_000},
                }
            ),
        },
    }
)
AMOUNT = {"type": "integer", "minimum": 0}


def receipt(order: Order) -> dict[str, Any]:
    """The answer to an order that is right."""
    lines: Sequence[Mapping[str, int]] = order["lines"]
    totals = [line["quantity"] * line["price"] for line in lines]
    return {
        "customer": order["customer"]["name"],
        "quantity": sum(line["quantity"] for line in lines),
        "totals": totals,
        "total": sum(totals),
    }


TOPIC = Topic(
    "validation",
    rows=(
        Row(
            "POST",
            "/validate",
            '200 JSON `{"customer": "Zoë", "quantity": 3, "totals": [2500, 999], "total": 3499}` for a right order; '
            "for a wrong one a 4xx that names the field",
            {
                "operationId": "validate",
                "summary": "A nested order, validated and added up",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": SCHEMA, "example": EXAMPLE}},
                },
                "responses": {
                    "200": json_answer(
                        "What the order comes to: `totals` are each line's quantity times price",
                        closed(
                            {
                                "customer": {"type": "string"},
                                "quantity": AMOUNT,
                                "totals": {"type": "array", "items": AMOUNT},
                                "total": AMOUNT,
                            }
                        ),
                        example=receipt(EXAMPLE),
                    ),
                    "4XX": {"description": "Malformed JSON, or a wrong order: the body names the field"},
                },
            },
        ),
    ),
)


# Traffic


def validate(order: Order) -> Step:
    return data("POST", "/validate", send=order, says=receipt(order))


# Checks


@TOPIC.check("validate")
def an_order_is_added_up(client: Client) -> None:
    client.must_answer(validate(EXAMPLE))
    line = {"sku": "x" * 32, "quantity": 1_000, "price": 1_000_000}
    client.must_answer(validate({**EXAMPLE, "lines": [line] * 100}))
    client.must_answer(validate({**EXAMPLE, "lines": [{**line, "quantity": 1, "price": 0}]}))


ABSENT = object()
WRONG: Sequence[tuple[Sequence[str | int], object]] = (
    (("customer",), ABSENT),
    (("customer", "name"), ABSENT),
    (("customer", "name"), ""),
    (("customer", "name"), []),
    (("customer", "email"), ABSENT),
    (("customer", "email"), "nobody"),
    (("address", "street"), "a" * 101),
    (("address", "city"), None),
    (("address", "postcode"), ABSENT),
    (("address", "country"), "Germany"),
    (("lines",), ABSENT),
    (("lines",), []),
    (("lines", 0), None),
    (("lines",), {}),
    (("lines", 0, "sku"), ABSENT),
    (("lines", 1, "quantity"), 0),
    (("lines", 1, "quantity"), -1),
    (("lines", 1, "quantity"), 1_001),
    (("lines", 1, "quantity"), "many"),
    (("lines", 1, "quantity"), None),
    (("lines", 0, "price"), ABSENT),
    (("lines", 1, "price"), -1),
    (("lines", 1, "price"), [1]),
)
"""Where an order is wrong, and with what. Not here is what some languages take for a number: "2", 2.0, true."""


@TOPIC.check("validate-wrong")
def a_wrong_order_is_refused_and_its_field_named(client: Client) -> None:
    for path, value in WRONG:
        answer = client.post("/validate", _encoded(_spoiled(path, value)))
        answer.must_be_refused()
        field = [step for step in path if isinstance(step, str)][-1]
        if not names(field, answer.body):
            where = ".".join(map(str, path))
            raise answer.mismatch(f"an answer that names `{field}`, since {where} is wrong")
    for other in (b"[]", b'"order"', b"null", b"{}", b"", b"{", b'{"customer": '):
        client.post("/validate", other).must_be_refused()
    client.must_answer(validate(EXAMPLE))


def names(field: str, body: bytes) -> bool:
    """As a word of its own, also where it begins a line of a message that is in JSON."""
    return re.search(rf"\b{field}\b", body.decode("utf-8", "replace").replace("\\n", "\n")) is not None


def _spoiled(path: Sequence[str | int], value: object) -> object:
    order: Any = copy.deepcopy(EXAMPLE)
    at = order
    for key in path[:-1]:
        at = at[key]
    if value is ABSENT:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return order


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
