"""The contract in FastAPI: the topics' routes, the answer to bad input, `GET /about`."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

import echo
import features
import forms
import hello
import items
import middleware
import pages
import parameters
import state
import validation
import waiting
import work
from about import about

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
        *state.router.routes,
        *middleware.router.routes,
        *waiting.router.routes,
        *work.router.routes,
    ]
)


@app.get("/about")
async def tell_about() -> dict[str, Any]:
    return about("fastapi", "uvicorn", parser="httptools", json="pydantic_core")


app.include_router(features.router)


@app.exception_handler(ValueError)
async def bad_request(request: Request, error: Exception) -> Response:
    """What FastAPI cannot decode, or not encode again: thousands of digits in a path, half a surrogate pair."""
    return PlainTextResponse("Bad Request", 400)
