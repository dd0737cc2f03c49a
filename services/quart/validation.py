"""Validation: a nested order, checked by pydantic, to which Quart-Schema gives it, and added up."""

from typing import Annotated, Any

from pydantic import BaseModel, EmailStr, Field
from quart import Blueprint
from quart_schema import RequestSchemaValidationError, validate_request

type Text = Annotated[str, Field(min_length=1, max_length=100)]

blueprint = Blueprint("validation", __name__)


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
@validate_request(Order)
async def validate(data: Order) -> dict[str, Any]:
    totals = [line.quantity * line.price for line in data.lines]
    quantity = sum(line.quantity for line in data.lines)
    return {"customer": data.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)}


@blueprint.errorhandler(RequestSchemaValidationError)
async def invalid(error: RequestSchemaValidationError) -> tuple[dict[str, str], int]:
    return {"errors": str(error.validation_error)}, 400
