"""Features: what is said of FastAPI and is no topic of the contract.

Its OpenAPI document and the pages that show it are there by themselves: /openapi.json, /docs, /redoc.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from managed import under_gunicorn

router = APIRouter()
overridden = FastAPI()
# An application of its own: FastAPI's middleware is around all routes of one.
cors = FastAPI()
cors.add_middleware(CORSMiddleware, allow_origins=["https://allowed.example"])


async def real() -> str:
    return "real"


async def override() -> str:
    return "override"


@router.get("/features/injected")
@overridden.get("/injected")
async def injected(value: Annotated[str, Depends(real)]) -> dict[str, str]:
    return {"injected": value}


overridden.dependency_overrides[real] = override
router.mount("/features/overridden", overridden)


@router.get("/features/typed/{count}")
async def typed(count: int, size: int) -> dict[str, int]:
    return {"count": count, "size": size}


@cors.get("/hello", response_class=PlainTextResponse)
async def hello() -> str:
    return "hello world"


router.mount("/features/cors", cors)


class GraphQL:
    """Strawberry is loaded when it is first asked: else it would be in what is measured of start-up and memory."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from schema import app

        await app(scope, receive, send)


router.routes.append(Route("/features/graphql", GraphQL()))


@router.get("/features/gunicorn")
async def gunicorn() -> dict[str, Any]:
    """This app once more, under gunicorn with two worker processes, as uvicorn's documentation starts it."""
    return await under_gunicorn()
