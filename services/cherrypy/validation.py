"""Validation: a nested order, checked by pydantic and added up."""

from typing import Annotated, Any

import cherrypy
from pydantic import BaseModel, EmailStr, Field, ValidationError

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


class Validation:
    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    @cherrypy.tools.json_out()
    def validate(self) -> dict[str, Any]:
        try:
            order = Order.model_validate_json(cherrypy.request.body.read())
        except ValidationError as error:
            raise cherrypy.HTTPError(422, str(error)) from error
        totals = [line.quantity * line.price for line in order.lines]
        quantity = sum(line.quantity for line in order.lines)
        return {"customer": order.customer.name, "quantity": quantity, "totals": totals, "total": sum(totals)}
