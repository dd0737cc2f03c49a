"""Features: what is said of Starlette and is no topic of the contract."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from managed import under_gunicorn


async def gunicorn(request: Request) -> Response:
    """This app once more, under gunicorn with two worker processes, as uvicorn's documentation starts it."""
    return JSONResponse(await under_gunicorn())


routes = [
    Route("/features/gunicorn", gunicorn),
]
