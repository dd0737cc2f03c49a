"""Waiting: an answer that takes time but no work, and one made of what a slow upstream answers."""

import asyncio
import os
from typing import Annotated

import httpx
from fastapi import APIRouter, HTTPException, Path, Query, Request

router = APIRouter()


def upstream() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    return httpx.AsyncClient(base_url=os.environ["UPSTREAM"], limits=limits, timeout=2)


@router.get("/sleep/{ms:int}")
async def sleep(ms: Annotated[int, Path(le=10_000)]) -> dict[str, int]:
    await asyncio.sleep(ms / 1000)
    return {"ms": ms}


@router.get("/fanout/{n:int}")
async def fanout(
    request: Request, n: Annotated[int, Path(le=100)], start: Annotated[int, Query(ge=1, le=9_900)]
) -> dict[str, list[int]]:
    client: httpx.AsyncClient = request.state.upstream
    try:
        answers = await asyncio.gather(*(client.get(f"/quote/{id}") for id in range(start, start + n)))
    except httpx.HTTPError:
        raise HTTPException(503) from None
    return {"prices": [answer.json()["price"] for answer in answers]}
