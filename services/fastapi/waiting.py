"""Waiting: an answer that takes time, but no work."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path

router = APIRouter()


@router.get("/sleep/{ms:int}")
async def sleep(ms: Annotated[int, Path(le=10_000)]) -> dict[str, int]:
    await asyncio.sleep(ms / 1000)
    return {"ms": ms}
