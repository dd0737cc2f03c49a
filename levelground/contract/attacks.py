"""Attacks: bad input at the socket, one check for each kind, for `make hostile`.

Each is a 4xx or a closed connection in time (ANSWER_SECONDS), never a 5xx; while it lasts others are served, and
afterwards the same worker lives on. Where a client only takes its time, a service may keep the connection.
"""

from collections.abc import Mapping
from contextlib import ExitStack

from levelground.contract.client import Client, Mismatch
from levelground.contract.rules import unharmed
from levelground.contract.terms import Topic
from levelground.contract.topics.echo import BODY_LIMIT, JSON_TYPE, long_json
from levelground.contract.topics.forms import LARGE, multipart
from levelground.contract.topics.streams import LARGE_MESSAGE, MESSAGE_LIMIT, SOCKET
from levelground.contract.websocket import WebSocket
from levelground.traffic.websocket import head, masked

ATTACKS = Topic("attacks")
MANY = 64
"""Clients at once: more than a service with threads has of those."""
IDLE = 500
ENDLESS = 16 * 1024 * 1024
"""Bytes after which a head without an end should long have been refused."""
MAY = (501, 505)
"""What RFC 9110 asks for where a coding or a version is not known: these two are no failure of the service."""
LITTLE = 4096
"""Bytes of the receive buffer of a client that does not read."""

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
END = b"\r\n"


# Time: clients that are slow, that leave, that never read


@ATTACKS.check("byte-by-byte")
def a_request_may_come_a_byte_at_a_time(client: Client) -> None:
    request = client.head("GET", "/", {})
    answer = client.raw("GET / a byte at a time", *(request[at : at + 1] for at in range(len(request))))
    if answer is None:
        raise Mismatch("GET / a byte at a time", "an answer", "a closed connection")
    answer.must_be_text("hello world")


@ATTACKS.check("slow-heads")
def heads_that_never_end_keep_nobody_waiting(client: Client) -> None:
    _must_serve_beside(client, f"{MANY} heads that never end", client.head("GET", "/", {})[:-4])


@ATTACKS.check("slow-bodies")
def bodies_that_never_end_keep_nobody_waiting(client: Client) -> None:
    request = client.head("POST", "/echo", JSON_TYPE | {"Content-Length": "1000"}) + b'{"a": '
    _must_serve_beside(client, f"{MANY} bodies that never end", request)


@ATTACKS.check("idle-connections")
def idle_connections_keep_nobody_waiting(client: Client) -> None:
    _must_serve_beside(client, f"{IDLE} idle connections", b"", many=IDLE)


@ATTACKS.check("never-reads")
def clients_that_never_read_keep_nobody_waiting(client: Client) -> None:
    """Each has asked for an answer that is longer than the buffers in between."""
    body = long_json(BODY_LIMIT)
    request = client.head("POST", "/echo", JSON_TYPE | {"Content-Length": str(len(body))}) + body
    _must_serve_beside(client, f"{MANY // 2} clients that never read", request, many=MANY // 2, receive_bytes=LITTLE)


@ATTACKS.check("half-open")
def clients_that_send_no_more_are_answered_or_left(client: Client) -> None:
    """A client that shuts its writing side may still read: what is whole is answered, what is not is refused."""
    upload = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "2000000"}
    with unharmed(client):
        if answer := client.raw("GET / and a half-close", client.head("GET", "/", {}), ends=True):
            answer.must_be_text("hello world")
        for what, data in {
            "nothing": b"",
            "half a head": client.head("GET", "/", {})[:20],
            "half a body": POST + b'Content-Length: 1000\r\n\r\n{"a": ',
            "half a chunk": POST + CHUNKED + b'10\r\n{"a"',
            "half an upload": client.head("POST", "/upload", upload) + multipart("a.bin", b"a" * 10_000, "b")[:9_000],
        }.items():
            _must_refuse(client, f"{what} and a half-close", data, ends=True)


@ATTACKS.check("cut-uploads")
def uploads_that_are_cut_off_are_forgotten(client: Client) -> None:
    """In the middle of a file of 8 MiB; hang-up does it at its beginning."""
    body = multipart("a.bin", b"a" * LARGE, "b")
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(len(body))}
    half = client.head("POST", "/upload", headers) + body[: LARGE // 2]
    with unharmed(client):
        for reset in (False, True) * 5:
            client.hang_up(half, reset=reset)
        with client.held("uploads that stop half-way", half, many=8):
            _must_serve(client)


# Framing


@ATTACKS.check("lengths")
def lengths_that_are_none_or_contradict_each_other_are_refused(client: Client) -> None:
    """Where a proxy reads one length and the service another, the rest is taken for somebody else's request."""
    with unharmed(client):
        for length in ("abc", "-2", "+2", "0x2", "2_0", "2.0", "2e0", "2 2", "2, 3", "", "²"):
            fields = f"Content-Length: {length}\r\n\r\n".encode("latin-1")
            _must_refuse(client, f"`Content-Length: {length}`", POST + fields + b"{}" + b" " * 40)
        two = b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} "
        _must_refuse(client, "two Content-Lengths that differ", POST + two)
        _must_refuse(client, "a coding that is none", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")
        huge = b"Content-Length: 18446744073709551618\r\n\r\n{}"
        _must_refuse(client, "a Content-Length of 2^64 + 2", POST + huge, ends=True)
        both = b"Content-Length: 1\r\n" + CHUNKED + b"1\r\n7\r\n0\r\n\r\n"
        if (answer := client.raw("a Content-Length with chunks", POST + both)) and answer.status == 200:
            # RFC 9112, section 6.3: the chunks count.
            answer.must_be_json(7)
        elif answer:
            answer.must_be_refused()


@ATTACKS.check("chunks")
def broken_chunks_are_refused(client: Client) -> None:
    with unharmed(client):
        for size in ("zz", "-2", "+2", "0x2", "0_2", "2 2", "", "2."):
            chunk = f"{size}\r\n{{}}\r\n0\r\n\r\n".encode()
            _must_refuse(client, f"a chunk of size {size!r}", POST + CHUNKED + chunk)
        for what, chunk in {
            "a chunk longer than its size": b"1\r\n{}\r\n0\r\n\r\n",
            "chunks without a line end between them": b"2\r\n{}0\r\n\r\n",
        }.items():
            _must_refuse(client, what, POST + CHUNKED + chunk)
        for what, size in {
            "a chunk of 2^64 + 2 bytes": "1" + "0" * 15 + "2",
            "a size of 100 digits": "f" * 100,
        }.items():
            # Who would wait for so much is told that no more comes.
            _must_refuse(client, what, POST + CHUNKED + size.encode() + b"\r\n{}\r\n0\r\n\r\n", ends=True)
        extension = b"2;" + b"a" * 1_000_000 + b"\r\n{}\r\n0\r\n\r\n"
        _must_withstand(client, "a chunk extension of 1 MB", POST + CHUNKED + extension)


@ATTACKS.check("header-names")
def names_of_headers_that_are_none_are_refused(client: Client) -> None:
    with unharmed(client):
        for what, line in {
            "a space before the colon": b"x-a : b",
            "no name": b": b",
            "NUL in a name": b"x-\0a: b",
            "a line without a colon": b"x-a",
        }.items():
            _must_refuse(client, what, GET + line + END + END)


@ATTACKS.check("header-values")
def odd_values_of_headers_are_withstood(client: Client) -> None:
    with unharmed(client):
        for what, line in {
            "NUL in a value": b"x-a: a\0b",
            "a carriage return in a value": b"x-a: a\rb",
            "a value over two lines": b"x-a: a\r\n b",
            "control characters": b"x-a: \x01\x7f\x1b[2J",
            "a value that is no UTF-8": b"x-a: \xff\xfe\xc3",
            "a Content-Type that is no UTF-8": b"Content-Type: \xff; charset=\xff",
            "a charset that there is not": b"Content-Type: text/plain; charset=nope\0",
            "a cookie of garbage": b"Cookie: =;;\xff=\0; session=\xff.\xfe; color",
            "an encoding that there is not": b"Accept-Encoding: \xff\r\nContent-Encoding: nope",
            "a range that is none": b"Range: bytes=-9223372036854775809-",
            "a date that is none": b"If-Modified-Since: \xff, 99 Foo 99999",
            "an expectation that there is not": b"Expect: nope",
            "1,000 times the same": b"x-a: b\r\n" * 1_000 + b"x-a: b",
            "5,000 headers": b"".join(b"x-%d: b\r\n" % number for number in range(5_000)) + b"x-a: b",
        }.items():
            for path in (b"/", b"/request", b"/static/words.txt", b"/cookie", b"/session"):
                request = b"GET %b HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n" % (path, line)
                _must_withstand(client, f"GET {path.decode()} with {what}", request)


@ATTACKS.check("endless-head")
def heads_without_an_end_are_refused(client: Client) -> None:
    """16 MiB of one line, or of many, cost a service that knows no limit its memory."""
    with unharmed(client):
        for what, data in {
            "a request line of 16 MiB": b"GET /" + b"a" * ENDLESS,
            "a header of 16 MiB": GET + b"x-a: " + b"a" * ENDLESS,
            "headers of 16 MiB": GET + b"x-a: bcdefghi\r\n" * (ENDLESS // 15),
        }.items():
            _must_refuse(client, what, data)


@ATTACKS.check("targets")
def odd_targets_are_withstood(client: Client) -> None:
    with unharmed(client):
        absolute = f"GET http://{client.host}:{client.port}/ HTTP/1.1\r\nHost: {client.host}:{client.port}\r\n\r\n"
        if (answer := client.raw("a target with scheme and host", absolute.encode())) and answer.status == 200:
            answer.must_be_text("hello world")
        elif answer:
            answer.must_be_refused()
        for line in (
            b"OPTIONS * HTTP/1.1",
            b"GET * HTTP/1.1",
            b"CONNECT a:80 HTTP/1.1",
            b"GET //a/b HTTP/1.1",
            b"GET http:// HTTP/1.1",
            b"GET http://[::1/ HTTP/1.1",
            b"GET http://a:99999/ HTTP/1.1",
            b"GET  / HTTP/1.1",
            b"GET /greet/a b HTTP/1.1",
            b"GET /greet/a\0b HTTP/1.1",
            b"GET /greet/\xc3\x28\xff HTTP/1.1",
            b"GET /query?name=\xff\0 HTTP/1.1",
            b"GET /static/\0 HTTP/1.1",
            b"GET /static/\xff HTTP/1.1",
            b"GET /#a HTTP/1.1",
            b"G\0T / HTTP/1.1",
            b"\xff\xff / HTTP/1.1",
            b"A" * 10_000 + b" / HTTP/1.1",
        ):
            _must_withstand(client, _shown(line), line + b"\r\nHost: a\r\n\r\n")


@ATTACKS.check("versions")
def other_versions_of_http_are_answered_or_refused(client: Client) -> None:
    with unharmed(client):
        if answer := client.raw("HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n"):
            answer.must_be_below_500()
            if answer.status == 200:
                answer.must_be_text("hello world")
        for version in (b"HTTP/9.9", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1", b"HTTP/x.y", b"HTTP/1.1.1", b"ICE/1.0", b""):
            line = b"GET / " + version
            _must_withstand(client, _shown(line), line + b"\r\nHost: a\r\n\r\n")


@ATTACKS.check("pipelined")
def requests_sent_at_once_are_answered_in_their_order(client: Client) -> None:
    names = [f"name{number}" for number in range(20)]
    requests = b"".join(client.head("GET", f"/greet/{name}", {}) for name in names)
    answers = client.answers("20 requests at once", requests, len(names))
    if len(answers) < len(names):
        raise Mismatch("20 requests at once", "20 answers", f"{len(answers)} and a closed connection")
    for name, answer in zip(names, answers, strict=True):
        answer.must_be_text(f"hello {name}")


@ATTACKS.check("pipelined-garbage")
def garbage_behind_a_request_is_refused(client: Client) -> None:
    data = client.head("GET", "/", {}) + b"\x00\x01\xfe garbage\r\n\r\n"
    with unharmed(client):
        for at, answer in enumerate(client.answers("a request and garbage at once", data, 2)):
            if at or answer.status != 200:
                answer.must_be_refused()


# WebSockets


@ATTACKS.check("ws-handshake", presumes="ws")
def broken_handshakes_are_refused(client: Client) -> None:
    """A key is 16 bytes in base64, the version is 13, the method GET (RFC 6455, section 4.2.1)."""
    right = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    broken: Mapping[str, Mapping[str, str]] = {
        "version 99": right | {"Sec-WebSocket-Version": "99"},
        "a version of letters": right | {"Sec-WebSocket-Version": "abc"},
        "no key": {name: text for name, text in right.items() if name != "Sec-WebSocket-Key"},
        "another protocol": right | {"Upgrade": "nope"},
        "no Connection": {name: text for name, text in right.items() if name != "Connection"},
    }
    with unharmed(client):
        for what, headers in broken.items():
            _must_refuse(client, f"a handshake with {what}", client.head("GET", SOCKET, headers))
        _must_refuse(client, "a handshake by POST", client.head("POST", SOCKET, right | {"Content-Length": "0"}))
        for path in ("/nope", "/greet/a"):
            answer = client.raw(f"a handshake at {path}", client.head("GET", path, right))
            if answer and answer.status == 101:
                raise answer.mismatch("no WebSocket there")


@ATTACKS.check("ws-key", presumes="ws")
def keys_that_are_none_are_refused(client: Client) -> None:
    for key in ("abc", "", "a" * 1_000, "????????????????????????"):
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
        }
        _must_refuse(client, f"a handshake with the key {key[:30]!r}", client.head("GET", SOCKET, headers))


@ATTACKS.check("ws-frames", presumes="ws")
def frames_that_are_none_end_the_connection(client: Client) -> None:
    """RFC 6455, sections 5.2 to 5.5 and 7.4; ws-broken has the simpler ones."""
    empty = b"\x80\0\0\0\0"
    with unharmed(client):
        for what, data in {
            "a ping in fragments": b"\x09" + empty,
            "a ping of 126 bytes": head(0x89, 126, masked=True) + bytes(4) + b"a" * 126,
            "a close of one byte": b"\x88\x81\0\0\0\0a",
            "a close whose reason is no UTF-8": b"\x88\x84\0\0\0\0\x03\xe8\xff\xfe",
            "a close with code 999": _close(999),
            "a close with code 1005": _close(1005),
            "a close with code 65535": _close(65535),
            "a compressed frame without an extension": b"\xc1\x81\0\0\0\0a",
            "a message within another": b"\x01\x81\0\0\0\0a" + b"\x81\x81\0\0\0\0b",
            "text that stops being UTF-8 in its second frame": b"\x01\x81\0\0\0\0a" + b"\x80\x81\0\0\0\0\xff",
            "garbage": b"GET / HTTP/1.1\r\n\r\n" * 10,
        }.items():
            with _socket(client, what) as one:
                one.send_bytes(data)
                one.must_close()
        with _socket(client, "all that") as one:
            one.must_echo("hello")


@ATTACKS.check("ws-lengths", presumes="ws")
def frames_that_announce_too_much_end_the_connection(client: Client) -> None:
    """At the latest when more of it has come than a message may have."""
    with unharmed(client):
        for length in (1 << 62, (1 << 63) + 1):
            with _socket(client, f"a frame of {length:,} bytes") as one:
                one.send_bytes(head(0x82, length, masked=True) + bytes(4) + b"a" * (2 * MESSAGE_LIMIT))
                one.must_close()


@ATTACKS.check("ws-hang-up", presumes="ws")
def sockets_that_are_left_are_forgotten(client: Client) -> None:
    message = masked(b"a" * LARGE_MESSAGE, text=False)
    with unharmed(client):
        for data in (b"", message, message[:1_000], b"\x01\x81\0\0\0\0a"):
            for _ in range(10):
                with _socket(client, "a client that is gone") as one:
                    one.send_bytes(data)
        with _socket(client, "all that") as one:
            one.must_echo("hello")


@ATTACKS.check("ws-never-reads", presumes="ws")
def sockets_that_never_read_keep_nobody_waiting(client: Client) -> None:
    """Up to 8 MiB each, as long as the service takes them: it should not, when nobody reads its own."""
    message = masked(b"a" * LARGE_MESSAGE, text=False)
    with unharmed(client), ExitStack() as sockets:
        for _ in range(8):
            sockets.enter_context(_socket(client, "a client that never reads")).flood(message, 128)
        _must_serve(client)


def _must_serve_beside(
    client: Client, what: str, data: bytes, *, many: int = MANY, receive_bytes: int | None = None
) -> None:
    """While so many clients have sent this and wait, others are served, and afterwards the worker lives on."""
    with unharmed(client), client.held(what, data, many=many, receive_bytes=receive_bytes):
        try:
            _must_serve(client)
        except Mismatch as mismatch:
            raise Mismatch(f"beside {what}", "others served", str(mismatch)) from None


def _must_serve(client: Client) -> None:
    for _ in range(5):
        client.close()
        client.get("/").must_be_text("hello world")
    client.close()


def _must_refuse(client: Client, what: str, data: bytes, *, ends: bool = False) -> None:
    answer = client.raw(what, data, ends=ends)
    if answer and answer.status not in MAY:
        answer.must_be_refused()


def _must_withstand(client: Client, what: str, data: bytes) -> None:
    answer = client.raw(what, data)
    if answer and answer.status not in MAY:
        answer.must_be_below_500()


def _socket(client: Client, what: str) -> WebSocket:
    return WebSocket(client.host, client.port, SOCKET, what=what)


def _close(code: int) -> bytes:
    return b"\x88\x82\0\0\0\0" + code.to_bytes(2)


def _shown(line: bytes) -> str:
    return line[:60].decode("ascii", "backslashreplace").replace("\0", "\\0")
