"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

router = APIRouter()


@router.get("/request")
async def show_request(request: Request) -> dict[str, Any]:
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    url = request.url
    return {"method": request.method, "path": url.path, "query": url.query, "headers": headers}


@router.post("/echo", max_body_size=1024 * 1024)
async def echo(body: Annotated[Any, Body()]) -> Any:
    return body
