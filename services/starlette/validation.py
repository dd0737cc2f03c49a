"""Validation: a nested order, checked by pydantic and added up."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from order import Order


async def validate(request: Request) -> Response:
    try:
        order = Order.model_validate_json(await request.body())
    except ValidationError as error:
        return Response(error.json(include_input=False), 422, media_type="application/json")
    return JSONResponse(order.receipt())


routes = [
    Route("/validate", validate, methods=["POST"], max_body_size=1024 * 1024),
]
