"""The contract in FastAPI."""

from collections import OrderedDict
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import from_json
from starlette.convertors import IntegerConvertor, register_url_convertor

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
app = FastAPI(redirect_slashes=False, max_body_size=MAX_BODY_BYTES)


class DigitsConvertor(IntegerConvertor):
    """No more digits than int() takes, and not the newline that would pass the $ after a Starlette pattern."""

    regex = r"[0-9]{1,4300}\Z"


register_url_convertor("digits", DigitsConvertor())


async def json_body(request: Request) -> Any:
    """The request's body; a body parameter would look at the Content-Type, and answer 422."""
    try:
        return from_json(await request.body(), allow_inf_nan=False)
    except ValueError as error:
        raise HTTPException(400) from error


JSONBody = Annotated[Any, Depends(json_body)]


@app.get("/", response_class=PlainTextResponse)
async def hello() -> str:
    return "hello world"


@app.get("/json")
async def hello_json() -> dict[str, str]:
    return {"hello": "world"}


@app.get("/greet/{name}", response_class=PlainTextResponse)
async def greet(name: str) -> str:
    return f"hello {name}"


@app.get("/greet/{name}/{info}")
async def greet_info(name: str, info: str) -> dict[str, str]:
    return {"name": name, "info": info}


@app.get("/number/{number:digits}")
async def number(number: int) -> dict[str, int]:
    return {"number": number}


@app.get("/query")
async def query(name: Annotated[list[str], Query(default_factory=list)], age: str | None = None) -> dict[str, Any]:
    return {"name": name, "age": age}


@app.get("/request")
async def show_request(request: Request) -> dict[str, Any]:
    headers = {k: v for k, v in request.headers.items() if k.startswith("x-")}
    return {"method": request.method, "path": request.url.path, "query": request.url.query, "headers": headers}


@app.post("/echo")
async def echo(body: JSONBody) -> Any:
    return body


@app.put("/items/{id}")
async def put_item(id: str, item: JSONBody, response: Response) -> Any:
    response.status_code = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        items.popitem(last=False)
    return item


@app.get("/items/{id}")
async def get_item(id: str) -> Any:
    if id not in items:
        raise HTTPException(404)
    return items[id]


@app.delete("/items/{id}", status_code=204)
async def delete_item(id: str) -> None:
    if id not in items:
        raise HTTPException(404)
    del items[id]


@app.get("/about")
async def show_about() -> dict[str, Any]:
    return about("fastapi", "uvicorn")


@app.exception_handler(405)
async def method_not_allowed(request: Request, error: HTTPException) -> Response:
    """FastAPI's own names the methods of one route only, not of all that share its path."""
    path = request.scope["route"].path
    methods = {method for route in app.routes if route.path == path for method in route.methods}
    return PlainTextResponse("method not allowed", 405, {"Allow": ", ".join(sorted(methods))})
