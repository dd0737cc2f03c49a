"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

router = APIRouter()


@router.get("/greet/{name}", response_class=PlainTextResponse)
async def greet(name: str) -> str:
    return f"hello {name}"


@router.get("/greet/{name}/{info}")
async def greet_info(name: str, info: str) -> dict[str, str]:
    return {"name": name, "info": info}


@router.get("/number/{digits:int}")
async def number(digits: int) -> dict[str, int]:
    return {"number": digits}


@router.get("/query")
async def query(name: Annotated[list[str], Query(default_factory=list)], age: str | None = None) -> dict[str, Any]:
    return {"name": name, "age": age}
