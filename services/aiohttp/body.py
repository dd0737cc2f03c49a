"""How the topics read a body. Where it is not what it is said to be, aiohttp itself would answer 500."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy


@contextmanager
def refusing(*more: type[Exception]) -> Iterator[None]:
    try:
        yield
    except (ValueError, web.RequestPayloadError, HttpProcessingError, *more) as error:
        raise web.HTTPBadRequest(text=str(error)) from error


async def read_json(request: web.Request) -> Any:
    with refusing(RecursionError):
        return await request.json()


async def read_form(request: web.Request) -> MultiDictProxy[str | bytes | web.FileField]:
    with refusing():
        return await request.post()


async def read_parts(request: web.Request) -> AsyncIterator[MultipartReader | BodyPartReader]:
    # It asserts that the media type is multipart/..., and looks for one without asking whether there is any.
    with refusing(AssertionError, KeyError):
        async for part in await request.multipart():
            yield part
