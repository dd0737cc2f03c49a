"""An order, for the services that validate with pydantic: what is right in it, and what it adds up to."""

from typing import Annotated, Any

from pydantic import BaseModel, EmailStr, Field

type Text = Annotated[str, Field(min_length=1, max_length=100)]


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

    def receipt(self) -> dict[str, Any]:
        totals = [line.quantity * line.price for line in self.lines]
        quantity = sum(line.quantity for line in self.lines)
        return {"customer": self.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)}
