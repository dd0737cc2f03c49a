"""An honest little service, and what it takes to make liars of it, each with one lie."""

import hashlib
import hmac
import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, override
from urllib.parse import parse_qs, unquote

from jsonschema import Draft202012Validator, FormatChecker
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from levelground.contract import checker
from levelground.contract.topics import (
    about,
    database,
    items,
    middleware,
    pages,
    routes,
    state,
    streams,
    validation,
    waiting,
    work,
)
from levelground.contract.topics.echo import BODY_LIMIT
from levelground.contract.topics.forms import LARGE
from levelground.stand.catalog import Service
from levelground.stand.upstream import DELAY_SECONDS, price
from tests.contract.helpers import HELPERS


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
    pieces: Sequence[bytes] = ()
    """Chunks in place of a body."""
    pause_seconds: float = 0.0
    """After each of the pieces."""


HANGS_UP = Reply(0)
"""Instead of an answer."""

type App = Callable[[Request], Reply]


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode("ascii"), "application/json")


class Honest:
    """The contract."""

    def __init__(self) -> None:
        self.items: OrderedDict[str, bytes] = OrderedDict()

    def __call__(self, request: Request) -> Reply:
        for template, allowed in routes().items():
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
                return as_json(about.EXAMPLE)
            case "/echo":
                return self.echo(request.body)
            case "/validate":
                return self.validate(request.body)
            case "/form":
                fields = parse_qs(request.body.decode())
                first = {name: fields.get(name, [None])[0] for name in ("name", "message")}
                return as_json(first | {"topic": fields.get("topic", [])})
            case "/upload":
                return self.upload(request)
            case pages.FILES:
                return self.file(parameters[0], request.headers)
            case "/template":
                page = pages.table(parse_qs(request.query)["title"][0])
                return Reply(200, page.encode(), "text/html; charset=utf-8")
            case "/cookie":
                return self.cookie(request)
            case "/session":
                return self.session(request)
            case "/middleware":
                return Reply(200, b"hello world", headers={"X-Layer": ", ".join(middleware.LAYERS)})
            case "/sleep/{ms}":
                return self.sleep(parameters[0])
            case "/stream/{chunks}":
                return self.stream(parameters[0], request.query)
            case "/events":
                return self.events(request.query)
            case streams.SOCKET:
                return Reply(426, b"a WebSocket", headers={"Upgrade": "websocket"})
            case "/fanout/{n}":
                return self.fanout(parameters[0], request.query)
            case "/db":
                id = _digits(_first(request.query, "id"), database.ROWS)
                return as_json({"id": id, "number": HELPERS.world(id)}) if id else Reply(404)
            case "/db/queries/{n}":
                return self.queries(*_rows(parameters[0], request.query))
            case "/db/updates/{n}":
                return self.updates(*_rows(parameters[0], request.query), int(_first(request.query, "number")))
            case "/fortunes":
                return self.fortunes(_first(request.query, "added"))
            case "/cpu/{n}":
                n = _digits(parameters[0], work.MOST)
                return Reply(404) if n is None else as_json({"result": work.xorshift(n)})
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

    def validate(self, body: bytes) -> Reply:
        try:
            order = json.loads(body)
        except ValueError:
            return Reply(400)
        for error in Draft202012Validator(validation.SCHEMA, format_checker=FormatChecker()).iter_errors(order):
            return Reply(422, f"{error.json_path}: {error.message}".encode())
        return as_json(validation.receipt(order))

    def upload(self, request: Request) -> Reply:
        _, _, boundary = request.headers["Content-Type"].partition("boundary=")
        for part in request.body.split(f"--{boundary}".encode()) if boundary else ():
            head, _, content = part.partition(b"\r\n\r\n")
            if found := re.search(r' name="file"; filename="(.*?)"', head.decode("latin-1")):
                content = content.removesuffix(b"\r\n")
                digest = hashlib.sha256(content).hexdigest()
                return as_json({"name": found[1], "size": len(content), "sha256": digest})
        return Reply(400)

    def file(self, name: str, headers: Mapping[str, str]) -> Reply:
        if name != pages.FILE:
            return Reply(404)
        if headers.get("If-None-Match") == '"1"':
            return Reply(304)
        return Reply(200, pages.WORDS.encode(), headers={"ETag": '"1"'})

    def cookie(self, request: Request) -> Reply:
        cookies, asked = SimpleCookie(request.headers.get("Cookie", "")), parse_qs(request.query)
        reply = as_json({"color": cookies["color"].value if "color" in cookies else None})
        if "set" in asked:
            line = f"color={asked['set'][0]}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"
        elif "expire" in asked:
            line = 'color=""; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
        else:
            return reply
        return replace(reply, headers={"Set-Cookie": line})

    def session(self, request: Request) -> Reply:
        brought = re.search("session=([0-9]+[.][0-9a-f]{64})$", request.headers.get("Cookie", ""))
        before = brought[1].partition(".")[0] if brought else "0"
        visits = int(before) + 1 if brought and _signed(before) == brought[1] else 1
        line = f"{state.SESSION}={_signed(str(visits))}; Path=/"
        return replace(as_json({"visits": visits}), headers={"Set-Cookie": line})

    def sleep(self, digits: str) -> Reply:
        ms = _digits(digits, waiting.LONGEST_MS)
        if ms is None:
            return Reply(404)
        time.sleep(ms / 1000)
        return as_json({"ms": ms})

    def stream(self, digits: str, query: str) -> Reply:
        count, ms = _digits(digits, streams.MOST_PIECES), _digits(_first(query, "ms", "0"), streams.LONGEST_PAUSE_MS)
        if count is None or ms is None:
            return Reply(404)
        return Reply(200, pieces=[f"piece {at}\n".encode() for at in range(1, count + 1)], pause_seconds=ms / 1000)

    def events(self, query: str) -> Reply:
        count = _digits(_first(query, "count"), streams.MOST_PIECES)
        ms = _digits(_first(query, "ms", "0"), streams.LONGEST_PAUSE_MS)
        if count is None or ms is None:
            return Reply(400)
        ticks = [f"id: {at}\nevent: tick\ndata: {_first(query, 'name')} {at}\n\n" for at in range(1, count + 1)]
        return Reply(200, b"", "text/event-stream", pieces=[tick.encode() for tick in ticks], pause_seconds=ms / 1000)

    def fanout(self, digits: str, query: str) -> Reply:
        n, start = _digits(digits, waiting.MOST_QUOTES), _digits(_first(query, "start"), 10_000)
        if n is None or start is None:
            return Reply(400)
        HELPERS.quote(n)
        time.sleep(DELAY_SECONDS)
        return as_json({"prices": [price(id) for id in range(start, start + n)]})

    def queries(self, n: int, start: int) -> Reply:
        return as_json([{"id": id, "number": HELPERS.world(id)} for id in database.ids(n, start)])

    def updates(self, n: int, start: int, number: int) -> Reply:
        for id in database.ids(n, start):
            HELPERS.update(id, number)
        return as_json([{"id": id, "number": number} for id in database.ids(n, start)])

    def fortunes(self, added: str) -> Reply:
        HELPERS.fortunes()
        return Reply(200, database.sorted_page(added).encode(), "text/html; charset=utf-8")

    def item(self, request: Request, item: str) -> Reply:
        if request.method == "PUT":
            stored = self.echo(request.body)
            if stored.status != 200:
                return stored
            status = 200 if item in self.items else 201
            self.items[item] = stored.body
            if len(self.items) > items.STORE_LIMIT:
                self.items.popitem(last=False)
            return replace(stored, status=status)
        if item not in self.items:
            return Reply(404)
        if request.method == "GET":
            return Reply(200, self.items[item], "application/json")
        del self.items[item]
        return Reply(204)


def _digits(text: str, most: int) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) and int(text) <= most else None


def _first(query: str, name: str, otherwise: str = "") -> str:
    return parse_qs(query).get(name, [otherwise])[0]


def _rows(n: str, query: str) -> tuple[int, int]:
    """How many rows, and from which on: any n is as near as it can be."""
    number = int(n) if re.fullmatch("-?[0-9]+", n) else 1
    return min(max(number, 1), database.MOST), int(_first(query, "start"))


def _signed(text: str) -> str:
    return f"{text}.{hmac.digest(b'secret', text.encode(), 'sha256').hex()}"


class Handler(BaseHTTPRequestHandler):
    """HTTP around an app, as strict as the contract wants it."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    app: App
    limit: float = BODY_LIMIT
    reads_before_refusal = True
    refusal = Reply(413)
    """What a body over the limit gets."""
    message_limit: int | None = streams.MESSAGE_LIMIT
    ends_what_is_broken = True
    """Whether a WebSocket on which something was wrong is closed."""
    says_goodbye = True
    """Whether a close is answered with a close."""

    def exchange(self) -> None:
        path, _, query = self.path.partition("?")
        if path == streams.SOCKET and self.headers.get("upgrade") == "websocket":
            self.talk()
            return
        refusal, body = self.body()
        reply = refusal or self.app(Request(self.command, path, query, dict(self.headers.items()), body))
        self.close_connection = self.close_connection or bool(refusal) or reply.closes or not reply.status
        if reply.status:
            self.send(reply)

    def talk(self) -> None:
        """A WebSocket until its end: this protocol is of the `websockets` library, which is given what it gets."""
        self.close_connection = True
        protocol = ServerProtocol(max_size=self.message_limit)
        head = [self.requestline, *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
        protocol.receive_data("\r\n".join(head).encode())
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        parts: list[bytes] = []
        kind = Opcode.TEXT
        while True:
            for frame in protocol.events_received():
                if isinstance(frame, Frame) and frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                    kind = kind if frame.opcode is Opcode.CONT else frame.opcode
                    parts.append(bytes(frame.data))
                    if frame.fin and protocol.state is State.OPEN:
                        self.echo(protocol, kind, b"".join(parts))
                        parts.clear()
            is_broken = protocol.parser_exc is not None
            if self.ends_what_is_broken if is_broken else self.says_goodbye or protocol.close_rcvd is None:
                self.wfile.write(b"".join(protocol.data_to_send()))
                if protocol.close_expected():
                    return
            elif not is_broken:
                return
            data = self.connection.recv(1 << 16)
            if not data:
                return
            protocol.receive_data(data)

    def echo(self, protocol: ServerProtocol, kind: Opcode, message: bytes) -> None:
        if kind is Opcode.BINARY:
            protocol.send_binary(message)
            return
        try:
            message.decode()
        except UnicodeDecodeError:
            protocol.fail(1007)
        else:
            protocol.send_text(message)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = exchange

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            if reply.pieces:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection and not reply.closes:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
        for piece in reply.pieces:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            time.sleep(reply.pause_seconds)
        if reply.pieces:
            self.wfile.write(b"0\r\n\r\n")

    def body(self) -> tuple[Reply | None, bytes]:
        """The body, or the reply that refuses it."""
        chunked = self.headers.get("transfer-encoding") == "chunked"
        lengths = self.headers.get_all("content-length", [])
        if len(lengths) + chunked > 1 or not all(re.fullmatch("[0-9]+", length) for length in lengths):
            return Reply(400), b""
        if not chunked:
            length = int(lengths[0]) if lengths else 0
            if length > (2 * LARGE if self.path == "/upload" else self.limit):
                if self.reads_before_refusal:
                    self.rfile.read(length)
                return self.refusal, b""
            return None, self.rfile.read(length)
        body = b""
        while len(body) <= self.limit:
            size = self.rfile.readline()
            if not re.fullmatch(rb"[0-9a-f]+\r\n", size):
                return Reply(400), b""
            body += self.rfile.read(int(size, 16))
            if self.rfile.readline() != b"\r\n":
                return Reply(400), b""
            if int(size, 16) == 0:
                return None, body
        return self.refusal, b""

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
    """The port of an honest service, but for what it is given: an app, and attributes of its handler."""
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
    """What was wrong; it is an error if nothing was."""
    text = _checked(check, port)
    assert text is not None, f"{check} did not find it"
    return text


def _checked(check: str, port: int) -> str | None:
    return checker.check(service(check), "127.0.0.1", port)[check]


@dataclass(frozen=True)
class Lie:
    """One way to break the contract, the check that has to find it, and what that has to say (a pattern)."""

    check: str
    says: str
    app: Callable[[], App] = Honest
    attributes: Mapping[str, object] = field(default_factory=dict)
    tries: int = 1
    """More for a liar that on a busy host may come too late to lie."""

    def must_be_found(self) -> None:
        for _ in range(self.tries):
            with serving(self.app(), **self.attributes) as port:
                text = _checked(self.check, port)
            if text is not None:
                break
        assert text is not None, f"{self.check} did not find it"
        assert re.search(self.says, text), text


type Meant = Callable[[Request, Reply], bool]


def lying(is_meant: Meant, **changes: Any) -> Callable[[], App]:
    """Apps that are honest, except that some replies are changed."""

    def new() -> App:
        honest = Honest()

        def app(request: Request) -> Reply:
            reply = honest(request)
            return replace(reply, **changes) if is_meant(request, reply) else reply

        return app

    return new


def at(path: str, status: int = 200, method: str | None = None) -> Meant:
    return lambda request, reply: (
        request.path.startswith(path) and reply.status == status and method in (None, request.method)
    )


def dying(of: Callable[[Request], bool], with_reply: Reply = HANGS_UP) -> Callable[[], App]:
    """Apps whose worker dies of some requests, and whose server starts another at once: the items are gone."""

    def new() -> App:
        honest = Honest()

        def app(request: Request) -> Reply:
            if of(request):
                honest.items.clear()
                return with_reply
            return honest(request)

        return app

    return new
