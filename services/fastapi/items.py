"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Response

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
router = APIRouter()


@router.put("/items/{id}", max_body_size=1024 * 1024)
async def put_item(id: str, item: Annotated[Any, Body()], response: Response) -> Any:
    response.status_code = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return item


@router.get("/items/{id}")
async def get_item(id: str) -> Any:
    if id not in items:
        raise HTTPException(404)
    return items[id]


@router.delete("/items/{id}", status_code=204)
async def delete_item(id: str) -> None:
    if id not in items:
        raise HTTPException(404)
    del items[id]
