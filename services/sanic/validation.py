"""Validation: a nested order, checked by pydantic, to which Sanic Extensions give it, and added up."""

from sanic import Blueprint, HTTPResponse, Request, json
from sanic_ext import validate

from order import Order

blueprint = Blueprint("validation")


@blueprint.post("/validate")
@validate(json=Order)
async def validate_order(request: Request, body: Order) -> HTTPResponse:
    return json(body.receipt())
