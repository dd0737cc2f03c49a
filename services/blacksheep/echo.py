"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from blacksheep import Request, Response, get, json, post


@get("/request")
async def show_request(request: Request) -> Response:
    headers = {name.decode(): value.decode() for name, value in request.headers if name.startswith(b"x-")}
    query = (request.url.query or b"").decode()
    return json({"method": request.method, "path": request.path, "query": query, "headers": headers})


@post("/echo")
async def echo(request: Request) -> Response:
    return json(await request.json())
