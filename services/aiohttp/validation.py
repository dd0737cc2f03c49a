"""Validation: a nested order, checked by pydantic and added up."""

from aiohttp import web
from pydantic import ValidationError

from order import Order

routes = web.RouteTableDef()


@routes.post("/validate")
async def validate(request: web.Request) -> web.Response:
    try:
        order = Order.model_validate_json(await request.read())
    except ValidationError as error:
        return web.json_response(text=error.json(include_input=False), status=422)
    return web.json_response(order.receipt())
