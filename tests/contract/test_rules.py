"""The rules for all rows, against liars; and against services that use the freedom that the rules leave."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import override

import pytest

from levelground.contract import checker, client
from levelground.contract.topics.echo import BODY_LIMIT
from tests.contract.honest import (
    HANGS_UP,
    App,
    Handler,
    Honest,
    Lie,
    Reply,
    Request,
    at,
    dying,
    lying,
    service,
    serving,
)

ENDLESS: Mapping[str, object] = {"limit": float("inf")}


class Trusting(Honest):
    """json.loads() as it is, and a framework that makes a 500 of every exception but one."""

    @override
    def echo(self, body: bytes) -> Reply:
        try:
            return Reply(200, json.dumps(json.loads(body), ensure_ascii=False).encode(), "application/json")
        except json.JSONDecodeError:
            return Reply(400)
        except (ValueError, RecursionError):
            return Reply(500)


class Null(Honest):
    """Takes no body for a null; `echoes`: in /echo, too."""

    echoes = True

    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        takes = not request.body and request.method in ("POST", "PUT") and (self.echoes or request.method == "PUT")
        return super().answer(template, replace(request, body=b"null") if takes else request, *parameters)


class NullItem(Null):
    echoes = False


class Cut(Honest):
    """Takes the first MiB of a body for the whole."""

    @override
    def echo(self, body: bytes) -> Reply:
        return super().echo(body if len(body) <= BODY_LIMIT else body[: BODY_LIMIT - 1] + b'"')


class StoresCut(Honest):
    """Echoes a long body, and tells what it stored, but stored less."""

    @override
    def item(self, request: Request, item: str) -> Reply:
        reply = super().item(request, item)
        if len(request.body) > BODY_LIMIT:
            self.items[item] = b'"a"'
        return reply


class RefusesAndStores(Honest):
    @override
    def item(self, request: Request, item: str) -> Reply:
        reply = super().item(request, item)
        return reply if len(request.body) <= BODY_LIMIT else Reply(413)


class Shallow(Honest):
    """Makes null of what is too deep."""

    @override
    def echo(self, body: bytes) -> Reply:
        try:
            json.loads(body)
        except RecursionError:
            return Reply(200, b"null", "application/json") if body[-1:] in b"]}" else Reply(400)
        except ValueError:
            pass
        return super().echo(body)


class Impatient(Handler):
    """Takes what has come by now for the whole body."""

    @override
    def body(self) -> tuple[Reply | None, bytes]:
        length = int(self.headers.get("content-length", "0"))
        return None, self.rfile.read1(length) if length else b""


def hangs_up_early() -> App:
    """Dies, for all that comes later, of a body that ended too early."""
    honest = Honest()
    dead = False

    def app(request: Request) -> Reply:
        nonlocal dead
        dead = dead or int(request.headers.get("Content-Length", "0")) > len(request.body)
        return Reply(500) if dead else honest(request)

    return app


def is_long(request: Request) -> bool:
    return len(request.body) > BODY_LIMIT


def is_not_json(request: Request) -> bool:
    """Where JSON is asked for."""
    takes_json = request.path.startswith(("/echo", "/items"))
    return takes_json and request.headers.get("Content-Type", "application/json") != "application/json"


LIES = {
    "200 everywhere": Lie("not-found", "GET /nope: expected 404; got 200", lying(at("/", 404), status=200)),
    "404 for a method": Lie("method-not-allowed", "POST / .*: expected 405; got 404", lying(at("/", 405), status=404)),
    "no Allow": Lie("method-not-allowed", "expected `Allow: GET`; got `Allow: `", lying(at("/", 405), headers={})),
    "Allow too much": Lie(
        "method-not-allowed",
        "POST /items/1 .*expected `Allow: DELETE, GET, PUT`",
        lying(at("/items", 405), headers={"Allow": "GET, PUT, POST, DELETE"}),
    ),
    "ASCII alone": Lie("utf-8", "GET /greet/%F0%9F%9A%80: expected", lying(at("/greet/%F0"), body=b"hello ?")),
    "HTTP/1.0": Lie("keep-alive", "expected HTTP/1.1 .*; got HTTP/1.0", attributes={"protocol_version": "HTTP/1.0"}),
    "says that it closes": Lie(
        "keep-alive",
        "stays open; got HTTP/1.1, `Connection: close`",
        lying(at("/"), headers={"Connection": "close"}),
    ),
    "closes after errors": Lie(
        "keep-alive-mixed",
        "POST /json .* got a closed connection, though POST /echo .* had left it open",
        lying(at("/", 400), closes=True),
    ),
    "impatient": Lie(
        "in-pieces", "POST /echo in five pieces: .*got 400", attributes={"body": Impatient.body}, tries=20
    ),
    "null for nothing": Lie("empty-body", "POST /echo '': expected a 4xx; got 200 application/json 'null'", Null),
    "null for nothing as an item": Lie("empty-body", "PUT /items/.* '': expected a 4xx; got 201", NullItem),
    "500 for a long body": Lie(
        "oversize", r"POST /echo .*1,048,577 bytes\): expected a 4xx; got 500", attributes={"refusal": Reply(500)}
    ),
    "a long body cut": Lie("oversize", "POST /echo .*: expected 200 application/json", Cut, ENDLESS),
    "a long body stored cut": Lie(
        "oversize", "GET /items/.*: expected 200 application/json .*; got .*'\"a\"'", StoresCut, ENDLESS
    ),
    "a long body refused but stored": Lie(
        "oversize", "GET /items/.*: expected 404; got 200", RefusesAndStores, ENDLESS
    ),
    "dead of a long body": Lie("oversize", "GET /items/.*: another worker .*; got 404", dying(is_long), ENDLESS),
    "500 for long chunks": Lie(
        "oversize-chunked", "in chunks: expected a 4xx; got 500", attributes={"refusal": Reply(500)}
    ),
    "long chunks cut": Lie("oversize-chunked", "in chunks: expected 200 application/json", Cut, ENDLESS),
    "500 for bad escapes": Lie(
        "bad-escapes", "expected an answer below 500; got 500", lying(at("/greet/%ff"), status=500)
    ),
    "latin-1 for bad escapes": Lie("bad-escapes", "expected .*or UTF-8", lying(at("/greet/%ff"), body=b"hello \xff")),
    "dead of bad escapes": Lie("bad-escapes", "another worker", dying(lambda r: r.path == "/greet/%ff")),
    "deep recursion": Lie("deep-json", r"POST /echo '\[\[.*100,000 bytes\): expected .*; got 500", Trusting),
    "null for what is deep": Lie(
        "deep-json", "POST /echo .*: expected a refusal, or the same JSON; got .*null", Shallow
    ),
    "endless digits": Lie("huge-numbers", "POST /echo '111.*expected an answer below 500; got 500", Trusting),
    "dead of endless digits": Lie(
        "huge-numbers", r"GET /number/1.* \(5,008 .*got a closed connection", dying(lambda r: len(r.path) > 5_000)
    ),
    "half a character": Lie("odd-strings", r"POST /echo .*ud800.*: expected an answer below 500; got 500", Trusting),
    "dead after half a character": Lie(
        "odd-strings", "another worker", dying(lambda r: b"ud800" in r.body, Reply(400))
    ),
    "dead of another media type": Lie("free-bodies", "another worker", dying(is_not_json)),
    "dead of NaN": Lie("free-bodies", "another worker", dying(lambda r: r.body == b"NaN")),
    "500 for odd headers": Lie(
        "bad-framing",
        "a header beyond ASCII: expected an answer below 500; got 500",
        lying(lambda r, _: "x-a" in r.headers and r.headers["x-a"] > "\x80", status=500),
    ),
    "dead of odd headers": Lie("bad-framing", "another worker", dying(lambda r: "x-a" in r.headers)),
    "dead of a client that hangs up": Lie("hang-up", "GET /items/.*: expected .*; got 500", hangs_up_early),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    if "another worker" in lie.says:
        lie = replace(lie, says="expected the item that was stored before all this: another worker answers.*; got 404")
    lie.must_be_found()


def test_a_service_that_hangs_on_what_is_free_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
    honest = Honest()

    def app(request: Request) -> Reply:
        time.sleep(is_not_json(request))
        return honest(request)

    with serving(app) as port:
        verdicts = checker.check(service("free-bodies"), "127.0.0.1", port)
    assert "POST /echo '{\"a\": 1}': expected an answer within 0.3 s; got none" in str(verdicts["free-bodies"])


class Lenient(Honest):
    """What else the contract leaves free."""

    @override
    def __call__(self, request: Request) -> Reply:
        if request.path.endswith("/") and request.path != "/":
            return Reply(307, headers={"Location": request.path[:-1]})
        return super().__call__(replace(request, path=request.path if "%" in request.path else request.path.lower()))

    @override
    def number(self, digits: str) -> Reply:
        reply = super().number(digits)
        return Reply(422) if reply.status == 404 and digits[0] > "\x7f" else reply

    @override
    def echo(self, body: bytes) -> Reply:
        """NaN is a number, other encodings are the service's own failure."""
        try:
            return Reply(200, json.dumps(json.loads(body.decode())).encode(), "application/json")
        except UnicodeDecodeError:
            return Reply(500)
        except (ValueError, RecursionError):
            return Reply(400)


ALL = tuple(check.name for check in checker.CHECKS)
REQUESTS = tuple(name for name in ALL if name != "hang-up")


@dataclass(frozen=True)
class Freedom:
    app: App = field(default_factory=Honest)
    attributes: Mapping[str, object] = field(default_factory=dict)
    checks: tuple[str, ...] = REQUESTS
    """Those that can see it: only whole requests get one answer or another."""


def refusing(**attributes: object) -> Freedom:
    return Freedom(attributes=attributes, checks=("oversize", "oversize-chunked"))


FREEDOMS = {
    "reads before it refuses": Freedom(checks=ALL),
    "refuses early": refusing(reads_before_refusal=False),
    "refuses with 400": refusing(refusal=Reply(400)),
    "refuses without a word": refusing(refusal=HANGS_UP),
    "refuses without a word, early": refusing(refusal=HANGS_UP, reads_before_refusal=False),
    "knows no limit": refusing(**ENDLESS),
    "415 for other media types": Freedom(
        lying(
            lambda r, _: is_not_json(r) or (r.path == "/echo" and not r.headers.get("Content-Type", "-")), status=415
        )()
    ),
    "500 for other media types": Freedom(lying(lambda r, _: is_not_json(r), status=500)()),
    "422 for malformed JSON": Freedom(lying(at("/", 400), status=422)()),
    "lenient": Freedom(Lenient()),
}


@pytest.mark.parametrize("freedom", FREEDOMS.values(), ids=FREEDOMS)
def test_what_is_free_is_no_lie(freedom: Freedom) -> None:
    free = service(*freedom.checks)
    with serving(freedom.app, **freedom.attributes) as port:
        verdicts = checker.check(free, "127.0.0.1", port)
    assert verdicts == dict.fromkeys((check.name for check in checker.meant_for(free)), None)
