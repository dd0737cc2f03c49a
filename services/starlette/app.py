"""The contract in Starlette: the topics' routes, what they share, the answer to bad input, `GET /about`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

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
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with database.connections() as connections, waiting.upstream() as upstream:
        yield {"connections": connections, "upstream": upstream}


async def tell_about(request: Request) -> Response:
    return JSONResponse(about("starlette", "uvicorn", parser="httptools", json="json"))


async def bad_request(request: Request, error: Exception) -> Response:
    """What cannot be decoded, or not encoded again: malformed JSON, endless nesting, thousands of digits."""
    return PlainTextResponse("Bad Request", 400)


app = Starlette(
    routes=[
        *hello.routes,
        *parameters.routes,
        *echo.routes,
        *items.routes,
        *validation.routes,
        *forms.routes,
        *pages.routes,
        *streams.routes,
        *state.routes,
        *middleware.routes,
        *waiting.routes,
        *work.routes,
        *database.routes,
        Route("/about", tell_about),
        *features.routes,
    ],
    lifespan=lifespan,
    exception_handlers={ValueError: bad_request, RecursionError: bad_request},
)
