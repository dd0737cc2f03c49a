"""The black-box checks, against an honest little server and against liars, each with one lie."""

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, override
from urllib.parse import parse_qs, unquote

import pytest
from openapi_spec_validator import validate

from levelground import blackbox, conformance
from levelground.stand import catalog
from levelground.stand.catalog import Service

ROOT = Path(__file__).parent.parent
ABOUT = {
    "framework": "honest",
    "framework_version": "1.0",
    "server": "http.server",
    "server_version": "0.6",
    "language": "CPython",
    "language_version": "3.13.5",
    "event_loop": None,
    "workers": 1,
    "container": "4f2a8c6e0b1d",
    "limits": {"cpus": [1], "memory_bytes": None, "pids": 128, "open_files": 16384},
}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    closes: bool = False
    """Hang up after it, without a word of it."""


type App = Callable[[Request], Reply]


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode("ascii"), "application/json")


class Honest:
    """The contract."""

    def __init__(self) -> None:
        self.items: OrderedDict[str, bytes] = OrderedDict()

    def __call__(self, request: Request) -> Reply:
        for template, allowed in conformance.routes().items():
            pattern = re.sub(r"\{\w+\}", "([^/]+)", template)
            if found := re.fullmatch(pattern, request.path):
                if request.method not in allowed:
                    return Reply(405, headers={"Allow": ", ".join([*allowed, "HEAD"])})
                parameters = [unquote(group, errors="replace") for group in found.groups()]
                return self.answer(template, request, *parameters)
        return Reply(404)

    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        match template:
            case "/":
                return Reply(200, b"hello world")
            case "/json":
                return as_json({"hello": "world"})
            case "/greet/{name}":
                return Reply(200, f"hello {parameters[0]}".encode())
            case "/greet/{name}/{info}":
                return as_json({"name": parameters[0], "info": parameters[1]})
            case "/number/{digits}":
                return self.number(parameters[0])
            case "/query":
                values = parse_qs(request.query)
                return as_json({"name": values.get("name", []), "age": values.get("age", [None])[0]})
            case "/request":
                headers = {name.lower(): text for name, text in request.headers.items() if name.lower()[:2] == "x-"}
                return as_json({"method": "GET", "path": "/request", "query": request.query, "headers": headers})
            case "/about":
                return as_json(ABOUT)
            case "/echo":
                return self.echo(request.body)
            case _:
                return self.item(request, *parameters)

    def number(self, digits: str) -> Reply:
        return as_json({"number": int(digits)}) if re.fullmatch("[0-9]{1,15}", digits) else Reply(404)

    def echo(self, body: bytes) -> Reply:
        try:
            value = json.loads(body.decode(), parse_constant=int)
            return Reply(200, json.dumps(value, allow_nan=False).encode(), "application/json")
        except (ValueError, RecursionError):
            return Reply(400)

    def item(self, request: Request, item: str) -> Reply:
        if request.method == "PUT":
            stored = self.echo(request.body)
            if stored.status != 200:
                return stored
            status = 200 if item in self.items else 201
            self.items[item] = stored.body
            if len(self.items) > conformance.STORE_LIMIT:
                self.items.popitem(last=False)
            return replace(stored, status=status)
        if item not in self.items:
            return Reply(404)
        if request.method == "GET":
            return Reply(200, self.items[item], "application/json")
        del self.items[item]
        return Reply(204)


class Handler(BaseHTTPRequestHandler):
    """HTTP around an app, as strict as the contract wants it."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    app: App
    limits_chunked = True
    reads_before_refusal = True

    def exchange(self) -> None:
        path, _, query = self.path.partition("?")
        refusal, body = self.body()
        reply = refusal or self.app(Request(self.command, path, query, dict(self.headers.items()), body))
        self.close_connection = self.close_connection or bool(refusal) or reply.closes
        self.send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = exchange

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection and not reply.closes:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def body(self) -> tuple[Reply | None, bytes]:
        """The body, or the reply that refuses it."""
        chunked = self.headers.get("transfer-encoding") == "chunked"
        lengths = self.headers.get_all("content-length", [])
        if len(lengths) + chunked > 1 or not all(re.fullmatch("[0-9]+", length) for length in lengths):
            return Reply(400), b""
        if not chunked:
            length = int(lengths[0]) if lengths else 0
            if length > conformance.BODY_LIMIT:
                if self.reads_before_refusal:
                    self.rfile.read(length)
                return Reply(413), b""
            return None, self.rfile.read(length)
        body = b""
        while not self.limits_chunked or len(body) <= conformance.BODY_LIMIT:
            size = self.rfile.readline()
            if not re.fullmatch(rb"[0-9a-f]+\r\n", size):
                return Reply(400), b""
            body += self.rfile.read(int(size, 16))
            if self.rfile.readline() != b"\r\n":
                return Reply(400), b""
            if int(size, 16) == 0:
                return None, body
        return Reply(413), b""

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is not worth a traceback."""


@contextmanager
def serving(app: App | None = None, **attributes: object) -> Iterator[int]:
    """The port of an honest server, but for what it is given."""
    handler = type("TestHandler", (Handler,), {"app": staticmethod(app or Honest()), **attributes})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def service(*only: str, name: str = "liar") -> Service:
    return Service(name, "contender", 0, only=only)


def verdict(check: str, port: int) -> str:
    text = conformance.check(service(check), "127.0.0.1", port)[check]
    assert text is not None, f"{check} did not find it"
    return text


def lying(is_meant: Callable[[Request, Reply], bool], **changes: Any) -> App:
    """An app that is honest, except that some replies are changed."""
    honest = Honest()

    def app(request: Request) -> Reply:
        reply = honest(request)
        return replace(reply, **changes) if is_meant(request, reply) else reply

    return app


def at(path: str, status: int = 200, method: str | None = None) -> Callable[[Request, Reply], bool]:
    return lambda request, reply: (
        request.path.startswith(path) and reply.status == status and method in (None, request.method)
    )


@pytest.fixture(autouse=True)
def _small_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "STORE_LIMIT", 20)


@pytest.mark.parametrize("reads_before_refusal", [True, False], ids=["reads", "refuses early"])
def test_an_honest_service_passes_every_check(reads_before_refusal: bool) -> None:
    with serving(reads_before_refusal=reads_before_refusal) as port:
        verdicts = conformance.check(service(), "127.0.0.1", port)
    assert verdicts == dict.fromkeys((check.name for check in conformance.CHECKS), None)


class Sloppy(Honest):
    """What int() and a store without care for corner cases would do."""

    @override
    def number(self, digits: str) -> Reply:
        try:
            return as_json({"number": int(digits)})
        except ValueError:
            return Reply(404)

    @override
    def item(self, request: Request, item: str) -> Reply:
        reply = super().item(request, item)
        if request.method == "GET" and reply.body == b"null":
            return Reply(404)
        return reply


class Unbounded(Honest):
    @override
    def item(self, request: Request, item: str) -> Reply:
        if request.method == "PUT":
            self.items[""] = b""
            del self.items[""]
            reply = self.echo(request.body)
            status = 200 if item in self.items else 201
            self.items[item] = reply.body
            return replace(reply, status=status) if reply.status == 200 else reply
        return super().item(request, item)


class StoresTheMalformed(Honest):
    @override
    def item(self, request: Request, item: str) -> Reply:
        reply = super().item(request, item)
        if request.method == "PUT" and reply.status == 400:
            self.items[item] = b"null"
        return reply


class Twice(Honest):
    """Decodes what the server had decoded."""

    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        return super().answer(template, request, *map(unquote, parameters))


class Trusting(Honest):
    """json.loads() as it is, and a framework that makes a 500 of every exception."""

    @override
    def echo(self, body: bytes) -> Reply:
        try:
            return Reply(200, json.dumps(json.loads(body), ensure_ascii=False).encode(), "application/json")
        except json.JSONDecodeError:
            return Reply(400)
        except (ValueError, RecursionError):
            return Reply(500)


LIES: dict[str, tuple[App, str, str]] = {
    "a wrong text": (lying(at("/"), body=b"Hello"), "hello", "GET /: expected 200 text/plain 'hello world'; got 200 "),
    "a wrong status": (lying(at("/json"), status=203), "json", "expected 200 application/json .*; got 203 "),
    "a wrong media type": (lying(at("/json"), content_type="text/html"), "json", "got 200 text/html '{"),
    "a wrong charset": (lying(at("/greet"), content_type="text/plain; charset=latin-1"), "greet", "charset=latin-1"),
    "no JSON": (lying(at("/json"), body=b"hello"), "json", r"expected JSON in UTF-8 \(Expecting value.*; got 200"),
    "true for one": (lying(at("/number"), body=b'{"number": true}'), "number", '"number": 0.*got 200 .*true'),
    "a float for an integer": (lying(at("/number"), body=b'{"number": 0.0}'), "number", "got .*0.0"),
    "a sign": (Sloppy(), "number", r"GET /number/-1: expected 404; got 200 application/json '\{\"number\": -1\}'"),
    "decoded twice": (Twice(), "greet", r"GET /greet/%2541: expected .*'hello %41'; got .*'hello A'"),
    "one name, no list": (lying(at("/query"), body=b'{"name": "a", "age": null}'), "query", r"expected .*\[\]"),
    "all headers": (lying(at("/request"), body=b'{"headers": {"host": "a"}}'), "request", "got 200 .*host"),
    "an echo of nothing": (lying(at("/echo"), body=b"null"), "echo", "POST /echo .*got 200 application/json 'null'"),
    "no long bodies": (lying(lambda r, _: len(r.body) == 2**20, status=413), "echo-sizes", "expected 200.*got 413"),
    "500 on bad JSON": (lying(at("/echo", 400), status=500), "echo-malformed", "POST /echo '': expected 400; got 500"),
    "415": (
        lying(lambda r, _: r.path == "/echo" and "Content-Type" not in r.headers, status=415),
        "content-type",
        "expected 200 .*; got 415",
    ),
    "no 201": (lying(at("/items", 201), status=200), "items", "expected 201 .*; got 200"),
    "a body after 204": (
        lying(at("/items", 204), body=b"gone"),
        "items",
        "expected an answer .*; got BadStatusLine: gone",
    ),
    "a length after 204": (lying(at("/items", 204), headers={"Content-Length": "4"}), "items", "expected 204 without"),
    "null is absent": (Sloppy(), "items-falsy", "GET /items/.*: expected 200 application/json 'null'; got 404"),
    "malformed but stored": (StoresTheMalformed(), "items-malformed", "GET /items/.*: expected 404; got 200"),
    "an endless store": (Unbounded(), "items-store-bounded", "GET /items/.*-0: expected 404; got 200"),
    "about nobody": (lying(at("/about"), body=b"{}"), "about", r"expected the schema.*; got \$: 'framework' is a req"),
    "about no CPU": (
        lying(at("/about"), body=json.dumps(ABOUT | {"limits": ABOUT["limits"] | {"cpus": []}}).encode()),  # type: ignore[operator]
        "about",
        r"got \$.limits.cpus: \[\] should be non-empty",
    ),
    "200 everywhere": (lying(at("/", 404), status=200), "not-found", "GET /nope: expected 404; got 200"),
    "a redirect": (lying(at("/json/", 404), status=307), "trailing-slash", "GET /json/: expected 404; got 307"),
    "404 for a method": (lying(at("/", 405), status=404), "method-not-allowed", "POST / .*: expected 405; got 404"),
    "no Allow": (lying(at("/", 405), headers={}), "method-not-allowed", "expected `Allow: GET`; got `Allow: `"),
    "Allow too much": (
        lying(at("/items", 405), headers={"Allow": "GET, PUT, POST, DELETE"}),
        "method-not-allowed",
        "POST /items/1 .*expected `Allow: DELETE, GET, PUT`",
    ),
    "ASCII alone": (lying(at("/greet/%F0"), body=b"hello ?"), "utf-8", r"GET /greet/%F0%9F%9A%80: expected"),
    "closes after errors": (
        lying(at("/", 400), closes=True),
        "keep-alive-mixed",
        "POST /json .* got a closed connection, though POST /echo .* had left it open",
    ),
    "says that it closes": (
        lying(at("/"), headers={"Connection": "close"}),
        "keep-alive",
        "stays open; got HTTP/1.1, `Connection: close`",
    ),
    "500 for bad escapes": (
        lying(at("/greet/%ff"), status=500),
        "bad-escapes",
        "expected an answer below 500; got 500",
    ),
    "latin-1 for bad escapes": (lying(at("/greet/%ff"), body=b"hello \xff"), "bad-escapes", "expected .*or UTF-8"),
    "deep recursion": (Trusting(), "deep-json", r"POST /echo '\[\[.*100,000 characters\): expected .*; got 500"),
    "endless digits": (Trusting(), "huge-numbers", "POST /echo '111.*expected an answer below 500; got 500"),
    "no number": (Trusting(), "not-a-number", "POST /echo 'NaN': expected 400; got 200"),
    "half a character": (Trusting(), "odd-strings", r"POST /echo .*ud800.*: expected an answer below 500; got 500"),
    "500 for odd headers": (
        lying(lambda r, _: "x-a" in r.headers and r.headers["x-a"] > "\x80", status=500),
        "bad-framing",
        "a header beyond ASCII: expected an answer below 500; got 500",
    ),
}


@pytest.mark.parametrize(("app", "check", "message"), LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(app: App, check: str, message: str) -> None:
    with serving(app) as port:
        assert re.search(message, verdict(check, port))


@pytest.mark.parametrize(
    ("attributes", "check", "message"),
    [
        ({"protocol_version": "HTTP/1.0"}, "keep-alive", "expected HTTP/1.1 .*; got HTTP/1.0"),
        ({"limits_chunked": False}, "oversize-chunked", r"POST /echo .*\) in chunks: expected 413; got 200"),
    ],
)
def test_a_server_that_lies_is_found_by_the_check_for_it(attributes: dict[str, Any], check: str, message: str) -> None:
    with serving(**attributes) as port:
        assert re.search(message, verdict(check, port))


def test_a_service_without_a_limit_for_bodies_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Patient(Handler):
        @override
        def body(self) -> tuple[Reply | None, bytes]:
            return None, self.rfile.read(int(self.headers.get("content-length", "0")))

    with serving(body=Patient.body) as port:
        assert "1,048,577 characters): expected 413; got 200" in verdict("oversize", port)


def test_a_service_that_says_that_it_closes_is_asked_on_a_new_connection() -> None:
    app = lying(at("/items", 201), headers={"Connection": "close"})
    with serving(app) as port:
        assert conformance.check(service("items-store-bounded"), "127.0.0.1", port)["items-store-bounded"] is None


def test_a_service_that_hangs_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackbox, "ANSWER_SECONDS", 0.3)

    def app(request: Request) -> Reply:
        if request.path == "/json":
            time.sleep(1)
        return Honest()(request)

    start = time.monotonic()
    with serving(app) as port:
        assert verdict("json", port) == "GET /json: expected an answer within 0.3 s; got none, or only a part of it"
    assert time.monotonic() - start < 3


def test_a_service_that_trickles_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackbox, "ANSWER_SECONDS", 0.3)

    def send(self: Handler, reply: Reply) -> None:
        for _ in range(40):
            self.wfile.write(b"H")
            time.sleep(0.05)

    start = time.monotonic()
    with serving(send=send) as port:
        assert "got none, or only a part of it" in verdict("hello", port)
    assert time.monotonic() - start < 3


def test_a_check_that_takes_too_long_in_all_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackbox, "CHECK_SECONDS", 0.2)

    def app(request: Request) -> Reply:
        time.sleep(0.03)
        return Honest()(request)

    with serving(app) as port:
        assert "got slow ones: the check takes over 0.2 s" in verdict("number", port)


def test_a_service_that_dies_of_bad_input_is_found() -> None:
    honest = Honest()
    dead = False

    def app(request: Request) -> Reply:
        nonlocal dead
        dead = dead or int(request.headers.get("Content-Length", "0")) > len(request.body)
        return Reply(500) if dead else honest(request)

    with serving(app) as port:
        assert "GET /: expected 200 text/plain 'hello world'; got 500" in verdict("hang-up", port)


def test_a_service_that_is_gone_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blackbox, "ANSWER_SECONDS", 0.3)
    honest = Honest()
    gone = False

    def app(request: Request) -> Reply:
        nonlocal gone
        gone = gone or request.path.startswith("/greet/alice")
        time.sleep(0.8 * gone)
        return honest(request)

    with serving(app) as port:
        verdicts = conformance.check(service(), "127.0.0.1", port)
    names = [check.name for check in conformance.CHECKS]
    assert [verdicts[name] for name in names[:3]] == [None, None, None]
    assert names[3] == "greet-two"
    assert {verdicts[name] for name in names[4:]} == {"not checked, the service was gone after greet-two"}


def test_a_service_that_is_not_there_is_told_in_two_lines() -> None:
    with serving() as port:
        pass
    rendered = conformance.matrix({"gone": conformance.check(service(), "127.0.0.1", port)})
    assert rendered.splitlines()[-3:] == [
        f"gone: {len(conformance.CHECKS)} of {len(conformance.CHECKS)} checks failed",
        f"  hello: GET /: expected an answer within 5 s; got nobody listening on 127.0.0.1:{port}",
        f"  json and {len(conformance.CHECKS) - 2} more: not checked, the service was gone after hello",
    ]


def test_a_service_of_one_scenario_is_asked_for_no_other() -> None:
    verdicts = conformance.check(service("hello"), "127.0.0.1", 9)
    assert list(verdicts) == ["hello", "about", "not-found", "keep-alive"]


def test_what_a_service_declares_is_not_asked_of_it() -> None:
    declaring = replace(service("json"), declared={"json": "It has none.", "hello": "It is shy."})
    assert [each.name for each in conformance.meant_for(declaring)] == ["about", "not-found", "keep-alive"]
    with serving(lying(at("/json"), status=500)) as port:
        assert "json" not in conformance.check(declaring, "127.0.0.1", port)


def test_a_declared_check_is_a_dash_with_its_reason_below_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    declaring = replace(service("json", name="odd"), declared={"json": "It has none."})
    with serving(lying(at("/json"), status=500)) as port:
        assert conformance.run([declaring], lambda _: ("127.0.0.1", port)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "json        \N{EN DASH}" in lines
    assert lines[-4:] == ["", "odd: json: It has none.", "", "1 of 1 services keep the contract"]


def test_a_declared_check_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    declaring = replace(service(name="odd"), declared={"jason": "It has none."})
    with pytest.raises(catalog.UnknownName, match=r"check in x-declared of odd: jason \(there are: hello, json"):
        conformance.check_all([declaring], lambda _: ("127.0.0.1", 9))


def test_every_declared_check_of_the_stand_exists() -> None:
    declared = {name for one in catalog.read() for name in one.declared}
    assert declared <= {check.name for check in conformance.CHECKS}


def test_the_matrix_shows_what_held_what_is_broken_and_what_is_not_meant() -> None:
    rendered = conformance.matrix(
        {
            "fastapi": {"hello": None, "json": None},
            "falcon": {"hello": None, "json": "GET /json: expected this; got that"},
            "null": {"hello": None},
        }
    )
    assert rendered == "\n".join(
        [
            "       fastapi",
            "       │  falcon",
            "       │  │  null",
            "hello  ✓  ✓  ✓",
            "json   ✓  ✗  \N{EN DASH}",
            "",
            "falcon: 1 of 2 checks failed",
            "  json: GET /json: expected this; got that",
        ]
    )


def test_the_matrix_of_many_services_fits_a_terminal() -> None:
    verdicts: dict[str, str | None] = dict.fromkeys(check.name for check in conformance.CHECKS)
    rendered = conformance.matrix({f"service-number-{position}": verdicts for position in range(20)})
    assert max(map(len, rendered.splitlines())) <= 100


def test_the_exit_code_says_whether_every_check_held(capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as honest, serving(lying(at("/json"), status=500)) as liar:
        ports = {"honest": honest, "liar": liar}
        services = [service("json", name="honest"), service("json", name="liar")]
        assert conformance.run(services[:1], lambda each: ("127.0.0.1", ports[each.name])) == 0
        assert conformance.run(services, lambda each: ("127.0.0.1", ports[each.name])) == 1
    assert "liar: 1 of 5 checks failed\n  json: GET /json: expected 200" in capsys.readouterr().out


def test_what_a_service_sends_cannot_act_on_the_terminal() -> None:
    with serving(lying(at("/json"), body=b"\x1b[31m" + b"a" * 1000)) as port:
        text = verdict("json", port)
    assert "\x1b" not in text
    assert len(text) < 300


def test_the_specification_is_valid_openapi() -> None:
    validate(conformance._specification())


def test_the_specification_has_the_paths_and_methods_of_the_table() -> None:
    rows = re.findall(r"^\| `([A-Z]+) (/[^`?]*)", (ROOT / "CONTRACT.md").read_text(), re.MULTILINE)
    assert {(method, path) for path, methods in conformance.routes().items() for method in methods} == set(rows)


def test_the_specification_describes_the_example_of_about() -> None:
    example = json.loads(re.search(r"```json\n(.+?)```", (ROOT / "CONTRACT.md").read_text(), re.DOTALL)[1])  # type: ignore[index]
    with serving(lying(at("/about"), body=json.dumps(example).encode())) as port:
        assert conformance.check(service("about"), "127.0.0.1", port)["about"] is None
