"""Work: arithmetic that keeps the CPU busy."""

from typing import Annotated

from fastapi import APIRouter, Path

router = APIRouter()


@router.get("/cpu/{n:int}")
async def cpu(n: Annotated[int, Path(le=100_000)]) -> dict[str, int]:
    return {"result": xorshift(n)}


def xorshift(n: int) -> int:
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x
