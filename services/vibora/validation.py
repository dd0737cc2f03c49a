"""Validation: a nested order, checked by Vibora's schemas and added up.

Of what their documentation shows, the release has no validators and no e-mail, and its fields for what is nested,
Nested and List, cannot even be made. So these are here.
"""

import re
from collections.abc import Callable
from typing import Any

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.responses import JsonResponse, Response
from vibora.schemas import Schema, fields
from vibora.schemas.exceptions import InvalidSchema, ValidationError

blueprint = Blueprint()


def length(shortest: int, longest: int) -> Callable[[str | list[Any]], None]:
    def check(value: str | list[Any]) -> None:
        if not shortest <= len(value) <= longest:
            raise ValidationError(f"Must have a length of {shortest} to {longest}")

    return check


def between(lowest: int, highest: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not lowest <= value <= highest:
            raise ValidationError(f"Must be from {lowest} to {highest}")

    return check


def email(value: str) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValidationError("Must be an e-mail address")


def text(shortest: int, longest: int) -> fields.String:
    return fields.String(strict=True, validators=[length(shortest, longest)])


def whole(lowest: int, highest: int) -> fields.Integer:
    return fields.Integer(strict=True, validators=[between(lowest, highest)])


class One(fields.Field):
    """What another schema describes."""

    def __init__(self, schema: type[Schema]) -> None:
        super().__init__()
        self.schema = schema
        self.is_async = True

    async def pipeline(self, value: Any, context: dict[str, Any]) -> Any:
        return await load(self.schema, value)


class Several(fields.Field):
    """A list of them."""

    def __init__(self, schema: type[Schema], validators: list[Callable[[list[Any]], None]]) -> None:
        super().__init__(validators=validators)
        self.schema = schema
        self.is_async = True

    async def pipeline(self, value: Any, context: dict[str, Any]) -> Any:
        if not isinstance(value, list):
            raise ValidationError("Must be a list")
        await super().pipeline(value, context)
        return [await load(self.schema, each) for each in value]


async def load(schema: type[Schema], value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValidationError("Must be a map")
    try:
        return await schema.load(value)
    except InvalidSchema as error:
        raise ValidationError(str(error)) from None


class Customer(Schema):
    name: str = text(1, 100)
    email: str = fields.String(strict=True, validators=[email])


class Address(Schema):
    street: str = text(1, 100)
    city: str = text(1, 100)
    postcode: str = text(1, 10)
    country: str = text(2, 2)


class Line(Schema):
    sku: str = text(1, 32)
    quantity: int = whole(1, 1_000)
    price: int = whole(0, 1_000_000)


class Order(Schema):
    customer: Customer = One(Customer)
    address: Address = One(Address)
    lines: list[Line] = Several(Line, [length(1, 100)])


@blueprint.route("/validate", methods=["POST"])
async def validate(request: Request) -> Response:
    order = await load(Order, await request.json())
    totals = [line.quantity * line.price for line in order.lines]
    quantity = sum(line.quantity for line in order.lines)
    return JsonResponse({"customer": order.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)})


@blueprint.handle(ValidationError)
async def invalid(error: ValidationError) -> Response:
    return JsonResponse({"error": error.msg}, 400)
