"""The contract in Falcon: the topics' resources on their routes, the answer to bad input, `GET /about`."""

from typing import Any

import falcon
from falcon.asgi import App, Request, Response

from about import about
from echo import Echo, ShowRequest
from hello import Hello
from items import Item
from parameters import Greet, Number, Query


class About:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = about("falcon", "uvicorn", parser="httptools", json="json")


async def bad_request(req: Request, resp: Response, error: Exception, params: dict[str, Any]) -> None:
    """What Falcon cannot decode, or not encode again: endless nesting, thousands of digits, half a surrogate pair."""
    raise falcon.HTTPBadRequest


app = App()
app.add_route("/", Hello())
app.add_route("/json", Hello(), suffix="json")
app.add_route("/greet/{name}", Greet())
app.add_route("/greet/{name}/{info}", Greet(), suffix="info")
# Not {digits:int}: that converter takes what int() takes, signs and underscores too.
app.add_route('/number/{digits:re("[0-9]+")}', Number())
app.add_route("/query", Query())
app.add_route("/request", ShowRequest())
app.add_route("/echo", Echo())
app.add_route("/items/{id}", Item())
app.add_route("/about", About())
app.add_error_handler((ValueError, RecursionError), bad_request)
