"""The contract in FastAPI: the topics' routes, what they share, the answer to bad input, `GET /about`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

import database
import echo
import features
import forms
import hello
import items
import middleware
import pages
import parameters
import state
import streams
import validation
import waiting
import work
from about import about


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    async with database.connections() as connections, waiting.upstream() as upstream:
        yield {"connections": connections, "upstream": upstream}


# Not app.include_router(): the router would stay apart, and each request would look for its route twice.
app = FastAPI(
    routes=[
        *hello.router.routes,
        *parameters.router.routes,
        *echo.router.routes,
        *items.router.routes,
        *validation.router.routes,
        *forms.router.routes,
        *pages.router.routes,
        *streams.router.routes,
        *state.router.routes,
        *middleware.router.routes,
        *waiting.router.routes,
        *work.router.routes,
        *database.router.routes,
    ],
    lifespan=lifespan,
)


@app.get("/about")
async def tell_about() -> dict[str, Any]:
    return about("fastapi", "uvicorn", parser="httptools", json="pydantic_core")


app.include_router(features.router)


@app.exception_handler(ValueError)
async def bad_request(request: Request, error: Exception) -> Response:
    """What FastAPI cannot decode, or not encode again: thousands of digits in a path, half a surrogate pair."""
    return PlainTextResponse("Bad Request", 400)
