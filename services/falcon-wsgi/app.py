"""The contract in Falcon (WSGI): the topics' resources on their routes, the answer to bad input, `GET /about`."""

from typing import Any

import falcon
import msgspec
from falcon import App, Request, Response

from about import about
from database import Fortunes, Rows
from echo import Echo, ShowRequest
from forms import Form, Upload
from hello import Hello
from items import Item
from middleware import Layered
from pages import FILES, Template
from parameters import Greet, Number, Query
from state import Cookie, Session
from streams import Events, Stream
from validation import Validate, invalid
from waiting import Fanout, Sleep
from work import Cpu


class About:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = about("falcon", "gunicorn", parser="gunicorn_h1c", json="json")


def bad_request(req: Request, resp: Response, error: Exception, params: dict[str, Any]) -> None:
    """What Falcon cannot decode, or not encode again: endless nesting, thousands of digits, half a surrogate pair."""
    raise falcon.HTTPBadRequest


app = App()
app.resp_options.secure_cookies_by_default = False  # the stand speaks plain HTTP
# Not {digits:int} and the like: that converter takes what int() takes, signs and underscores too.
app.add_route("/", Hello())
app.add_route("/json", Hello(), suffix="json")
app.add_route("/greet/{name}", Greet())
app.add_route("/greet/{name}/{info}", Greet(), suffix="info")
app.add_route('/number/{digits:re("[0-9]+")}', Number())
app.add_route("/query", Query())
app.add_route("/request", ShowRequest())
app.add_route("/echo", Echo())
app.add_route("/items/{id}", Item())
app.add_route("/validate", Validate())
app.add_route("/form", Form())
app.add_route("/upload", Upload())
app.add_static_route("/static", FILES)
app.add_route("/template", Template())
app.add_route('/stream/{chunks:re("[0-9]+")}', Stream())
app.add_route("/events", Events())
app.add_route("/cookie", Cookie())
app.add_route("/session", Session())
app.add_route("/middleware", Layered())
app.add_route('/sleep/{ms:re("[0-9]+")}', Sleep())
app.add_route('/fanout/{n:re("[0-9]+")}', Fanout())
app.add_route('/cpu/{n:re("[0-9]+")}', Cpu())
app.add_route("/db", Rows())
app.add_route("/db/queries/{n}", Rows(), suffix="queries")
app.add_route("/db/updates/{n}", Rows(), suffix="updates")
app.add_route("/fortunes", Fortunes())
app.add_route("/about", About())
app.add_error_handler((ValueError, RecursionError), bad_request)
app.add_error_handler(msgspec.ValidationError, invalid)
