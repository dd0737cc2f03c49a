"""An HTTP client for looking at a service as a black box: it waits for nothing for ever, and may send what is wrong.

Promises its caller an answer that can be held against what was expected, or a Mismatch that says in one sentence what
was asked, what was expected and what came.
"""

import http.client
import json
import math
import re
import select
import selectors
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any, Self

from levelground.stand.wire import Reader, Wire, left
from levelground.traffic import markup
from levelground.traffic.scenario import HTML, JSON, TEXT, Step

ANSWER_SECONDS = 5.0
"""How long a service may take for one whole answer."""
CHECK_SECONDS = 120.0
"""How long one client may take with all of its requests."""
SEGMENT_BYTES = 64 * 1024
HOLD_SECONDS = 0.5
"""How long nothing has to be taken of what is sent, until a service counts as not reading."""
_LONG = 64 * 1024

type Json = bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None


class Mismatch(Exception):
    """What a service answered is not what the contract says."""

    def __init__(self, request: str, expected: str, got: str) -> None:
        super().__init__(f"{request}: expected {expected}; got {got}")


class NoAnswer(Mismatch):
    """The service did not answer at all, or not in HTTP."""


class HungUp(NoAnswer):
    """The service closed the connection instead of answering."""


@dataclass(frozen=True)
class Answer:
    """One answer. The `must_…` methods hold it against the contract; they raise Mismatch."""

    request: str
    """The request in a few words, for messages."""
    version: int
    """10 or 11."""
    status: int
    headers: Message
    body: bytes
    closes: bool
    """Whether the service ends the connection with this answer."""

    def must_be(self, *statuses: int) -> None:
        if self.status not in statuses:
            raise self.mismatch(" or ".join(map(str, statuses)))

    def must_be_refused(self) -> None:
        """Which of the 4xx a bad request gets is free."""
        if not 400 <= self.status < 500:
            raise self.mismatch("a 4xx")

    def must_be_empty(self, *, status: int) -> None:
        announced = self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers
        if self.status != status or self.body or announced:
            raise self.mismatch(f"{status} without a body, and headers that announce none")

    def must_be_text(self, text: str, *, status: int = 200) -> None:
        expected = f"{status} text/plain {text!r}"
        self._must_be_utf8(TEXT, status, expected)
        if self.body != text.encode():
            raise self.mismatch(expected)

    def must_be_json(self, value: Json, *, status: int = 200) -> None:
        expected = f"{status} application/json {_short(json.dumps(value, ensure_ascii=False))}"
        self._must_be_utf8(JSON, status, expected)
        if not _same(value, self.json()):
            raise self.mismatch(expected)

    def must_be_page(self, meaning: str) -> None:
        """A page of HTML with these tags and texts (see markup.meaning)."""
        expected = f"200 text/html that says {_short(meaning)}"
        self._must_be_utf8(HTML, 200, expected)
        got = markup.meaning(self.body.decode("utf-8", "replace"))
        if got != meaning:
            at = next((i for i, pair in enumerate(zip(got, meaning, strict=False)) if pair[0] != pair[1]), len(got))
            start = max(0, at - 20)
            raise Mismatch(
                self.request,
                f"a page with {_short(meaning[start : start + 80])}",
                f"{_short(got[start : start + 80])} there",
            )

    def must_be_below_500(self) -> None:
        """Bad input may be refused or put up with, but it never is the service's own failure."""
        if not 200 <= self.status < 500:
            raise self.mismatch("an answer below 500")

    def must_be_harmless(self) -> None:
        """Below 500; and what says that all is well is UTF-8."""
        self.must_be_below_500()
        if self.status < 300 and not _is_utf8(self.body):
            raise self.mismatch("a refusal, or UTF-8")

    def must_keep_alive(self) -> None:
        if self.version != 11 or self.closes:
            connection = self.headers.get("connection", "none")
            got = f"HTTP/{self.version / 10}, `Connection: {connection}`"
            raise Mismatch(self.request, "HTTP/1.1 and a connection that stays open", got)

    def json(self) -> Any:
        """The decoded body; raises Mismatch if it is no JSON in UTF-8."""
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise self.mismatch(f"JSON in UTF-8 ({error})") from None

    def mismatch(self, expected: str) -> Mismatch:
        content_type = self.headers.get("content-type", "without media type")
        body = _short(self.body.decode("utf-8", "backslashreplace"))
        return Mismatch(self.request, expected, f"{self.status} {content_type} {body}".rstrip())

    def _must_be_utf8(self, media_type: str, status: int, expected: str) -> None:
        # Message.get_content_type() would take a missing header for text/plain.
        given = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        charset = self.headers.get_content_charset("utf-8")
        if (self.status, given, charset) != (status, media_type, "utf-8"):
            raise self.mismatch(expected)


class Client:
    """A client of one service, that keeps its connection for as long as the service does and then opens another.

    Every method raises NoAnswer when the service hangs or speaks no HTTP.
    Most do so, too, when it hangs up; `attempt` and `raw`, which are for bad input, return None then.
    """

    def __init__(self, host: str, port: int, answer_seconds: float | None = None) -> None:
        self.host = host
        self.port = port
        self._answer_seconds = answer_seconds or ANSWER_SECONDS
        self._ends = time.monotonic() + CHECK_SECONDS
        self._connection: _Connection | None = None
        self._previous = ""
        """The last request on this connection, for messages."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = "application/json",
        chunked: bool = False,
    ) -> Answer:
        """Send one request and read its answer; `target` goes out as it is."""
        fields = dict(headers or {})
        if body is not None and content_type is not None:
            fields["Content-Type"] = content_type
        data = self.head(method, target, fields | framing(body, chunked)) + framed(body or b"", chunked)
        return self._exchange(_described(method, target, body, chunked), method, data)

    def attempt(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        *,
        content_type: str | None = "application/json",
        chunked: bool = False,
    ) -> Answer | None:
        """Send what a service may refuse without a word: None if it closed the connection instead of answering.

        The connection is a new one, so that no earlier answer can be the reason why it was closed.
        """
        self.close()
        try:
            return self.request(method, target, body, content_type=content_type, chunked=chunked)
        except HungUp:
            return None
        finally:
            self.close()

    def must_answer(self, step: Step) -> None:
        """Send a request of the traffic, byte for byte as under load, and hold the answer against what is right for it.

        Stricter than under load, where an integer may have a fraction of zero and no charset is looked at.
        """
        head, _, body = step.request.partition(b"\r\n\r\n")
        method, target, _ = head.decode().split(" ", 2)
        answer = self._exchange(_described(method, target, body or None, chunked=False), method, step.request)
        if step.media_type is None:
            answer.must_be_empty(status=step.status)
        elif step.media_type == TEXT:
            answer.must_be_text(step.content.decode(), status=step.status)
        elif step.media_type == HTML:
            answer.must_be_page(str(step.body))
        elif step.media_type == JSON:
            answer.must_be_json(json.loads(step.body), status=step.status)
        elif not step.accepts(answer.status, answer.headers.get_content_type(), answer.body):
            raise answer.mismatch(f"{step.status} {step.media_type} {_short(step.content.decode(errors='replace'))}")

    def get(self, target: str, **headers: str) -> Answer:
        return self.request("GET", target, headers=headers)

    def post(self, target: str, body: bytes) -> Answer:
        return self.request("POST", target, body)

    def put(self, target: str, body: bytes) -> Answer:
        return self.request("PUT", target, body)

    def delete(self, target: str) -> Answer:
        return self.request("DELETE", target)

    def head(self, method: str, target: str, headers: Mapping[str, str]) -> bytes:
        """The first part of a request, up to the body."""
        fields = {"Host": f"{self.host}:{self.port}", "User-Agent": "levelground-contract"} | dict(headers)
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")

    def raw(self, what: str, *pieces: bytes, ends: bool = False) -> Answer | None:
        """Send bytes as they are, with a little time between the pieces, on a connection of their own.

        `ends`: say that nothing more will come (half-close).
        None if the service closed the connection without an answer.
        """
        with self._answered(what):
            connection = _Connection(self.host, self.port, self._deadline())
            try:
                for piece in pieces:
                    connection.send(piece, self._deadline())
                    if piece is not pieces[-1]:
                        time.sleep(0.02)
                if ends:
                    connection.end()
                return connection.read(what, "GET", self._deadline())
            except ConnectionError:
                return None
            finally:
                connection.close()

    def hang_up(self, data: bytes, *, reset: bool) -> None:
        """Send bytes and be gone, politely or with a reset."""
        with self._answered("a client that hangs up"):
            connection = _Connection(self.host, self.port, self._deadline())
            connection.send(data, self._deadline())
            connection.close(reset=reset)

    def answers(self, what: str, data: bytes, count: int) -> list[Answer]:
        """The answers to requests that are sent at once (pipelined): fewer, if the service closes before the last."""
        found: list[Answer] = []
        with self._answered(what):
            connection = _Connection(self.host, self.port, self._deadline())
            try:
                connection.send(data, self._deadline())
                while len(found) < count and not (found and found[-1].closes):
                    found.append(connection.read(what, "GET", self._deadline()))
            except ConnectionError:
                pass
            finally:
                connection.close()
        return found

    @contextmanager
    def held(self, what: str, data: bytes, *, many: int, receive_bytes: int | None = None) -> Iterator[None]:
        """So many connections that have sent this much, as far as it was taken, then do nothing, and read nothing."""
        sockets: list[socket.socket] = []
        try:
            with self._answered(what):
                for _ in range(many):
                    sockets.append(_connected(self.host, self.port, self._deadline(), receive_bytes))
                _send_what_is_taken(sockets, data)
            yield
        finally:
            for each in sockets:
                each.close()

    def arrivals(self, target: str, first: bytes) -> tuple[float, float]:
        """When `first` had come of the answer's body, and when all of it had: on the monotonic clock, in seconds."""
        with self._answered(f"GET {target}"):
            connection = _Connection(self.host, self.port, self._deadline())
            try:
                connection.send(self.head("GET", target, {}), self._deadline())
                return connection.arrivals(first, self._deadline())
            finally:
                connection.close()

    def _exchange(self, described: str, method: str, data: bytes) -> Answer:
        with self._answered(described):
            self._connection = self._connection or _Connection(self.host, self.port, self._deadline())
            sent = self._connection.send(data, self._deadline())
            answer = self._connection.read(described, method, self._deadline())
        self._previous = described
        # After a 413 a service may close without a word.
        if answer.closes or answer.status == 413 or not sent:
            self.close()
        return answer

    def _deadline(self) -> float:
        return min(time.monotonic() + self._answer_seconds, self._ends)

    def close(self) -> None:
        """Forget the connection: the next request opens another."""
        if self._connection:
            self._connection.close()
        self._connection = None
        self._previous = ""

    @contextmanager
    def _answered(self, request: str) -> Iterator[None]:
        """Make a NoAnswer of every way not to answer."""
        expected = f"an answer within {self._answer_seconds:g} s"
        try:
            yield
        except TimeoutError:
            slow = time.monotonic() > self._ends
            got = f"slow ones: the check takes over {CHECK_SECONDS:g} s" if slow else "none, or only a part of it"
            raise NoAnswer(request, expected, got) from None
        except ConnectionRefusedError:
            raise NoAnswer(request, expected, f"nobody listening on {self.host}:{self.port}") from None
        except ConnectionError:
            since = f", though {self._previous} had left it open" if self._previous else ""
            raise HungUp(request, expected, f"a closed connection{since}") from None
        except (http.client.HTTPException, OSError) as error:
            raise NoAnswer(request, expected, f"{type(error).__name__}: {error}") from None


class _Connection:
    """One TCP connection; what it raises are TimeoutError, other OSErrors and HTTPException."""

    def __init__(self, host: str, port: int, deadline: float) -> None:
        self._socket = socket.create_connection((host, port), timeout=left(deadline))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wire = Wire(self._socket)
        self._reader = Reader(self._wire)

    def send(self, data: bytes, deadline: float) -> bool:
        """Whether all of it went out: a service may refuse a long body before it has seen the end of it."""
        for start in range(0, len(data), SEGMENT_BYTES):
            if start and select.select([self._socket], [], [], 0)[0]:
                return False
            self._socket.settimeout(left(deadline))
            try:
                self._socket.sendall(data[start : start + SEGMENT_BYTES])
            except (BrokenPipeError, ConnectionResetError):
                return False
        return True

    def read(self, request: str, method: str, deadline: float) -> Answer:
        self._wire.deadline = deadline
        # All that HTTPResponse wants of a socket is makefile().
        with http.client.HTTPResponse(self._reader, method=method) as response:  # type: ignore[arg-type]
            response.begin()
            body = response.read()
            return Answer(request, response.version, response.status, response.headers, body, response.will_close)

    def arrivals(self, first: bytes, deadline: float) -> tuple[float, float]:
        self._wire.deadline = deadline
        with http.client.HTTPResponse(self._reader, method="GET") as response:  # type: ignore[arg-type]
            response.begin()
            body, early = b"", math.inf
            while piece := response.read1(_LONG):
                body += piece
                if first in body:
                    early = min(early, time.monotonic())
            return early, time.monotonic()

    def end(self) -> None:
        with suppress(OSError):  # the service may have closed already
            self._socket.shutdown(socket.SHUT_WR)

    def close(self, *, reset: bool = False) -> None:
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def _connected(host: str, port: int, deadline: float, receive_bytes: int | None) -> socket.socket:
    """A connection whose receive buffer, if it is given, is small from the handshake on."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    connection = socket.socket(family, kind, protocol)
    try:
        if receive_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(left(deadline))
        connection.connect(address)
        connection.setblocking(False)
    except BaseException:
        connection.close()
        raise
    return connection


def _send_what_is_taken(sockets: Sequence[socket.socket], data: bytes) -> None:
    """Send to all at once, until all of it is sent or nothing was taken for a while."""
    rest = dict.fromkeys(sockets, memoryview(data))
    with selectors.DefaultSelector() as selector:
        for each in sockets:
            selector.register(each, selectors.EVENT_WRITE)
        while selector.get_map() and (ready := selector.select(HOLD_SECONDS)):
            for key, _ in ready:
                one: Any = key.fileobj
                try:
                    rest[one] = rest[one][one.send(rest[one][:SEGMENT_BYTES]) :]
                except BlockingIOError:
                    continue
                except ConnectionError:
                    rest[one] = memoryview(b"")
                if not rest[one]:
                    selector.unregister(one)


def _same(expected: Json, got: Any) -> bool:
    """Whether it is the same JSON value: 1 is not true and not 1.0, but 1.0 may be written as 1."""
    match expected:
        case dict():
            same_keys = isinstance(got, dict) and expected.keys() == got.keys()
            return same_keys and all(_same(value, got[key]) for key, value in expected.items())
        case list():
            same_length = isinstance(got, list) and len(expected) == len(got)
            return same_length and all(_same(*pair) for pair in zip(expected, got, strict=True))
        case float():
            return type(got) in (int, float) and expected == got
        case _:
            return type(expected) is type(got) and expected == got


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def framing(body: bytes | None, chunked: bool) -> dict[str, str]:
    if body is None:
        return {}
    return {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}


def framed(body: bytes, chunked: bool) -> bytes:
    if not chunked:
        return body
    parts: Iterable[bytes] = (body[start : start + SEGMENT_BYTES] for start in range(0, len(body), SEGMENT_BYTES))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))


def _described(method: str, target: str, body: bytes | None, chunked: bool) -> str:
    if body is None:
        shown = ""
    elif len(body) > _LONG:
        # To decode megabytes that are no text would take longer than to send them.
        shown = f" {body[:80].decode('utf-8', 'backslashreplace')[:80]!r}… ({len(body):,} bytes)"
    else:
        shown = " " + _short(body.decode("utf-8", "backslashreplace"))
    return f"{method} {_short(target, quoted=False)}{shown}{' in chunks' if chunked else ''}"


def _short(text: str, *, quoted: bool = True) -> str:
    """At most about one line of it, with nothing in it that a terminal would act on."""
    shown = repr(text[:80]) if quoted else re.sub(r"[^ -~]", "?", text[:80])
    return shown + (f"… ({len(text):,} characters)" if len(text) > 80 else "")


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is none")
