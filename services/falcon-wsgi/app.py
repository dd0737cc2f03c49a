"""The contract in Falcon as WSGI knows it: the same resources, whose responders are functions that block."""

import json
from collections import OrderedDict
from threading import Lock
from typing import Any

import falcon
from falcon import App, Request, Response
from gunicorn.http.errors import NoMoreData, ParseException

from about import about

MAX_BODY_BYTES = 1024 * 1024
MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


def json_body(req: Request) -> Any:
    """The request's body; req.get_media() would look at the Content-Type, and take a chunked body for an empty one."""
    body = req.stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise falcon.HTTPContentTooLarge
    return json.loads(body.decode())


def json_text(value: Any) -> str:
    """Any value as JSON; resp.media would take None for no answer, and NaN for JSON."""
    return json.dumps(value, allow_nan=False)


class Hello:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "hello world"

    def on_get_json(self, req: Request, resp: Response) -> None:
        resp.media = {"hello": "world"}


class Greet:
    def on_get(self, req: Request, resp: Response, name: str) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = f"hello {name}"

    def on_get_info(self, req: Request, resp: Response, name: str, info: str) -> None:
        resp.media = {"name": name, "info": info}


class Number:
    def on_get(self, req: Request, resp: Response, digits: str) -> None:
        resp.media = {"number": int(digits)}


class Query:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"name": req.get_param_as_list("name", default=[]), "age": req.get_param("age")}


class ShowRequest:
    def on_get(self, req: Request, resp: Response) -> None:
        headers = {k: v for k, v in req.headers_lower.items() if k.startswith("x-")}
        resp.media = {"method": req.method, "path": req.path, "query": req.query_string, "headers": headers}


class Echo:
    def on_post(self, req: Request, resp: Response) -> None:
        resp.text = json_text(json_body(req))


class Item:
    def on_put(self, req: Request, resp: Response, id: str) -> None:
        item = json_body(req)
        # Encoded first: what has no JSON, such as infinity for 1e999, must not be stored.
        resp.text = json_text(item)
        with items_lock:
            resp.status = falcon.HTTP_OK if id in items else falcon.HTTP_CREATED
            items[id] = item
            if len(items) > MAX_ITEMS:
                items.popitem(last=False)

    def on_get(self, req: Request, resp: Response, id: str) -> None:
        with items_lock:
            if id not in items:
                raise falcon.HTTPNotFound
            item = items[id]
        resp.text = json_text(item)

    def on_delete(self, req: Request, resp: Response, id: str) -> None:
        with items_lock:
            if id not in items:
                raise falcon.HTTPNotFound
            del items[id]
        resp.status = falcon.HTTP_NO_CONTENT


class ShowAbout:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = about("falcon", "gunicorn")


def bad_request(req: Request, resp: Response, error: Exception, params: dict[str, Any]) -> None:
    """What is not JSON that can be decoded and encoded again, and broken framing."""
    raise falcon.HTTPBadRequest(description=str(error))


app = App()
app.add_route("/", Hello())
app.add_route("/json", Hello(), suffix="json")
# A plain {name} would take an empty segment as well.
app.add_route('/greet/{name:re("(?s).+")}', Greet())
app.add_route('/greet/{name:re("(?s).+")}/{info:re("(?s).+")}', Greet(), suffix="info")
app.add_route('/number/{digits:re("[0-9]+")}', Number())
app.add_route("/query", Query())
app.add_route("/request", ShowRequest())
app.add_route("/echo", Echo())
app.add_route('/items/{id:re("(?s).+")}', Item())
app.add_route("/about", ShowAbout())
app.add_error_handler((ValueError, RecursionError, ParseException, NoMoreData), bad_request)
