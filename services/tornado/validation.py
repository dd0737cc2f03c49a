"""Validation: a nested order, checked by pydantic and added up."""

from typing import Annotated

from pydantic import BaseModel, EmailStr, Field, ValidationError
from tornado.web import RequestHandler

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


class Validate(RequestHandler):
    def post(self) -> None:
        try:
            order = Order.model_validate_json(self.request.body)
        except ValidationError as error:
            self.set_status(422)
            self.set_header("Content-Type", "application/json")
            self.finish(error.json(include_input=False))  # which need not be UTF-8
            return
        totals = [line.quantity * line.price for line in order.lines]
        quantity = sum(line.quantity for line in order.lines)
        self.write({"customer": order.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)})


routes = [(r"/validate", Validate)]
