"""The contract in FastAPI: type hints say what a function takes and gives, FastAPI reads and checks it."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import from_json

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000

app = FastAPI(title="Level Ground", redirect_slashes=False, max_body_size=MAX_BODY_BYTES)
items: dict[str, Any] = {}


async def json_body(request: Request) -> Any:
    """The body as JSON: a parameter of FastAPI's own would look at Content-Type, and answer 422."""
    try:
        return from_json(await request.body(), allow_inf_nan=False)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error


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


@app.get("/number/{digits:int}")
async def number(digits: int) -> dict[str, int]:
    return {"number": digits}


@app.get("/query")
async def query(name: Annotated[list[str], Query()] = [], age: str | None = None) -> dict[str, list[str] | str | None]:
    return {"name": name, "age": age}


@app.get("/request")
async def inspect(request: Request) -> dict[str, str | dict[str, str]]:
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    url = request.url
    return {"method": request.method, "path": url.path, "query": url.query, "headers": headers}


@app.post("/echo")
async def echo(body: JSONBody) -> Any:
    return body


@app.get("/items/{id}")
async def get_item(id: str) -> Any:
    if id not in items:
        raise HTTPException(404)
    return items[id]


@app.put("/items/{id}")
async def put_item(id: str, item: JSONBody, response: Response) -> Any:
    response.status_code = 200 if id in items else 201
    items[id] = item
    if len(items) > MAX_ITEMS:
        del items[next(iter(items))]
    return item


@app.delete("/items/{id}", status_code=204)
async def delete_item(id: str) -> None:
    if id not in items:
        raise HTTPException(404)
    del items[id]


@app.get("/about")
async def tell_about() -> dict[str, Any]:
    return about("fastapi", "uvicorn")


@app.exception_handler(405)
async def method_not_allowed(request: Request, error: HTTPException) -> Response:
    """A route allows its own method only: name those of all routes with the same path."""
    path = request.scope["route"].path
    methods = {method for route in app.routes if route.path == path for method in route.methods}
    return PlainTextResponse("Method Not Allowed", 405, {"Allow": ", ".join(sorted(methods))})


@app.exception_handler(ValueError)
async def bad_request(request: Request, error: ValueError) -> Response:
    """More digits than Python makes an integer of, in a path."""
    return PlainTextResponse(str(error), 400)
