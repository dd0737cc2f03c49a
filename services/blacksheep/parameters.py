"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from blacksheep import Response, get, json, text


@get("/greet/{name}")
async def greet(name: str) -> Response:
    return text(f"hello {name}")


@get("/greet/{name}/{info}")
async def greet_info(name: str, info: str) -> Response:
    return json({"name": name, "info": info})


@get("/number/{int:digits}")
async def number(digits: int) -> Response:
    return json({"number": digits})


@get("/query")
async def query(name: list[str], age: str | None) -> Response:
    return json({"name": name, "age": age})
