"""Validation: a nested order, checked by the types of the function's arguments and added up."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, EmailStr, Field

type Text = Annotated[str, Field(min_length=1, max_length=100)]

router = APIRouter()


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


@router.post("/validate", max_body_size=1024 * 1024)
async def validate(order: Order) -> dict[str, Any]:
    totals = [line.quantity * line.price for line in order.lines]
    quantity = sum(line.quantity for line in order.lines)
    return {"customer": order.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)}
