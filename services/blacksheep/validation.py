"""Validation: a nested order, checked by pydantic when BlackSheep binds it, and added up."""

from blacksheep import FromJSON, Response, json, post

from order import Order


@post("/validate")
async def validate(data: FromJSON[Order]) -> Response:
    return json(data.value.receipt())
