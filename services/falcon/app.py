"""The contract in Falcon: a resource is an object, its `on_get`, `on_put` … fill in the response."""

import json
from typing import Any

import falcon
from falcon.asgi import App, Request, Response

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 10_000


async def json_body(req: Request) -> Any:
    """The body as JSON: `req.get_media()` would look at Content-Type, and knows no limit."""
    body = await req.stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise falcon.HTTPContentTooLarge
    return json.loads(body.decode())


def json_text(value: Any) -> str:
    """A value as JSON: `resp.media` would take None for no answer, and Python's NaN for JSON."""
    return json.dumps(value, allow_nan=False)


class Hello:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "hello world"

    async def on_get_json(self, req: Request, resp: Response) -> None:
        resp.media = {"hello": "world"}


class Greeting:
    async def on_get(self, req: Request, resp: Response, name: str) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = f"hello {name}"

    async def on_get_info(self, req: Request, resp: Response, name: str, info: str) -> None:
        resp.media = {"name": name, "info": info}


class Number:
    async def on_get(self, req: Request, resp: Response, digits: str) -> None:
        resp.media = {"number": int(digits)}


class Query:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"name": req.get_param_as_list("name", default=[]), "age": req.get_param("age")}


class Inspection:
    async def on_get(self, req: Request, resp: Response) -> None:
        headers = {name: value for name, value in req.headers_lower.items() if name.startswith("x-")}
        resp.media = {"method": req.method, "path": req.path, "query": req.query_string, "headers": headers}


class Echo:
    async def on_post(self, req: Request, resp: Response) -> None:
        resp.text = json_text(await json_body(req))


class Items:
    def __init__(self) -> None:
        self.items: dict[str, Any] = {}

    async def on_get(self, req: Request, resp: Response, id: str) -> None:
        if id not in self.items:
            raise falcon.HTTPNotFound
        resp.text = json_text(self.items[id])

    async def on_put(self, req: Request, resp: Response, id: str) -> None:
        item = await json_body(req)
        # Encoded before it is stored, so that nothing is stored which cannot be answered.
        resp.text = json_text(item)
        resp.status = falcon.HTTP_OK if id in self.items else falcon.HTTP_CREATED
        self.items[id] = item
        if len(self.items) > MAX_ITEMS:
            del self.items[next(iter(self.items))]

    async def on_delete(self, req: Request, resp: Response, id: str) -> None:
        if id not in self.items:
            raise falcon.HTTPNotFound
        del self.items[id]
        resp.status = falcon.HTTP_NO_CONTENT


class About:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = about("falcon", "uvicorn")


async def bad_request(req: Request, resp: Response, error: Exception, params: dict[str, Any]) -> None:
    raise falcon.HTTPBadRequest(description=str(error))


app = App()
app.add_route("/", Hello())
app.add_route("/json", Hello(), suffix="json")
app.add_route('/greet/{name:re("(?s).+")}', Greeting())
app.add_route('/greet/{name:re("(?s).+")}/{info:re("(?s).+")}', Greeting(), suffix="info")
app.add_route('/number/{digits:re("[0-9]+")}', Number())
app.add_route("/query", Query())
app.add_route("/request", Inspection())
app.add_route("/echo", Echo())
app.add_route('/items/{id:re("(?s).+")}', Items())
app.add_route("/about", About())
# What is not JSON, and what Python cannot carry: NaN, endless digits, endless depth.
app.add_error_handler((ValueError, RecursionError), bad_request)
