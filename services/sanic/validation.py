"""Validation: a nested order, checked by pydantic, to which Sanic Extensions give it, and added up."""

from typing import Annotated

from pydantic import BaseModel, EmailStr, Field
from sanic import Blueprint, HTTPResponse, Request, json
from sanic_ext import validate

type Text = Annotated[str, Field(min_length=1, max_length=100)]

blueprint = Blueprint("validation")


class Customer(BaseModel):
    name: Text
    email: EmailStr


class Address(BaseModel):
    street: Text
    city: Text
    postcode: Annotated[str, Field(min_length=1, max_length=10)]
    country: Annotated[str, Field(min_length=2, max_length=2)]


class Line(BaseModel):
    sku: Annotated[str, Field(min_length=1, max_length=32)]
    quantity: Annotated[int, Field(ge=1, le=1_000)]
    price: Annotated[int, Field(ge=0, le=1_000_000)]


class Order(BaseModel):
    customer: Customer
    address: Address
    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]


@blueprint.post("/validate")
@validate(json=Order)
async def validate_order(request: Request, body: Order) -> HTTPResponse:
    totals = [line.quantity * line.price for line in body.lines]
    quantity = sum(line.quantity for line in body.lines)
    return json({"customer": body.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)})
