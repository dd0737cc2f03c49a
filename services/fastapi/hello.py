"""Hello: an answer that takes no work, as text and as JSON."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

router = APIRouter()


@router.get("/", response_class=PlainTextResponse)
async def hello() -> str:
    return "hello world"


@router.get("/json")
async def hello_json() -> dict[str, str]:
    return {"hello": "world"}
