"""Features: what is said of FastAPI and is no topic of the contract.

Its OpenAPI document and the pages that show it are there by themselves: /openapi.json, /docs, /redoc.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from socket import create_server
from typing import Annotated, Any
from urllib.request import urlopen

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

WORKER_CLASS = "uvicorn_worker.UvicornWorker"
SECONDS = 25

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
    with create_server(("127.0.0.1", 0)) as socket:
        port, descriptor = socket.getsockname()[1], socket.fileno()
        options = ["--bind", f"fd://{descriptor}", "--workers", "2", "--worker-class", WORKER_CLASS]
        options += ["--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--log-level", "error"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gunicorn", "app:app", *options, pass_fds=[descriptor]
        )
    try:
        text = await asyncio.to_thread(ask, f"http://127.0.0.1:{port}/")
        processes = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    return {"worker_class": WORKER_CLASS, "processes": len(processes), "text": text}


def ask(url: str) -> str:
    with urlopen(url, timeout=SECONDS) as response:
        return response.read().decode()
