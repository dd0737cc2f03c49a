"""Validation: a nested order, checked by pydantic, to which Quart-Schema gives it, and added up."""

from typing import Any

from quart import Blueprint
from quart_schema import RequestSchemaValidationError, validate_request

from order import Order

blueprint = Blueprint("validation", __name__)


@blueprint.post("/validate")
@validate_request(Order)
async def validate(data: Order) -> dict[str, Any]:
    return data.receipt()


@blueprint.errorhandler(RequestSchemaValidationError)
async def invalid(error: RequestSchemaValidationError) -> tuple[dict[str, str], int]:
    return {"errors": str(error.validation_error)}, 400
