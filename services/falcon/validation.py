"""Validation: a nested order, checked by msgspec and added up."""

from typing import Annotated, Any

import falcon
import msgspec
from falcon.asgi import Request, Response
from msgspec import Meta, Struct

type Text = Annotated[str, Meta(min_length=1, max_length=100)]


class Customer(Struct):
    name: Text
    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$")]


class Address(Struct):
    street: Text
    city: Text
    postcode: Annotated[str, Meta(min_length=1, max_length=10)]
    country: Annotated[str, Meta(min_length=2, max_length=2)]


class Line(Struct):
    sku: Annotated[str, Meta(min_length=1, max_length=32)]
    quantity: Annotated[int, Meta(ge=1, le=1_000)]
    price: Annotated[int, Meta(ge=0, le=1_000_000)]


class Order(Struct):
    customer: Customer
    address: Address
    lines: Annotated[list[Line], Meta(min_length=1, max_length=100)]


class Validate:
    async def on_post(self, req: Request, resp: Response) -> None:
        order = msgspec.convert(await req.get_media(), Order)
        totals = [line.quantity * line.price for line in order.lines]
        quantity = sum(line.quantity for line in order.lines)
        resp.media = {
            "customer": order.customer.name,
            "quantity": quantity,
            "totals": totals,
            "total": sum(totals),
        }


async def invalid(req: Request, resp: Response, error: msgspec.ValidationError, params: dict[str, Any]) -> None:
    raise falcon.HTTPUnprocessableEntity(description=str(error))
