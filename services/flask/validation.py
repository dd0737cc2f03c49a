"""Validation: a nested order, checked by pydantic and added up."""

from typing import Any

from flask import Blueprint, Response, request
from pydantic import ValidationError

from order import Order

blueprint = Blueprint("validation", __name__)


@blueprint.post("/validate")
def validate() -> dict[str, Any]:
    order = Order.model_validate_json(request.get_data())
    return order.receipt()


@blueprint.errorhandler(ValidationError)
def invalid(error: ValidationError) -> Response:
    return Response(error.json(include_input=False), 422, mimetype="application/json")
