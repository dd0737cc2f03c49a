"""Validation: a nested order, checked by the types of the function's arguments and added up."""

from typing import Any

from fastapi import APIRouter

from order import Order

router = APIRouter()


@router.post("/validate", max_body_size=1024 * 1024)
async def validate(order: Order) -> dict[str, Any]:
    return order.receipt()
