"""The rules for all rows: what holds whichever topic a request belongs to, and what bad input must not do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from levelground.contract.client import Client, Mismatch
from levelground.contract.terms import Topic
from levelground.contract.topics import routes
from levelground.contract.topics.echo import BODY_LIMIT, JSON_TYPE, encoded, long_json, must_take_pieces
from levelground.contract.topics.forms import multipart
from levelground.contract.topics.items import forget, get_item, must_store_nothing_of, new_item, put_item
from levelground.contract.topics.pages import FILES
from levelground.contract.topics.streams import SOCKET

RULES = Topic("rules")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


@contextmanager
def unharmed(client: Client) -> Iterator[None]:
    """What is sent in between must not kill the worker: an item that was stored before is there afterwards.

    Nothing else would tell. A closed connection may be a refusal, and many servers start another worker at once.
    """
    item = new_item()
    client.must_answer(put_item(item, 1, created=True))
    yield
    # A new connection: the old one may have been idle for longer than the service keeps it open.
    client.close()
    answer = client.get(f"/items/{item}")
    if answer.status == 404:
        raise answer.mismatch("the item that was stored before all this: another worker answers, the first one died")
    answer.must_be_json(1)
    forget(client, item)


@RULES.check("not-found", always=True)
def any_other_path_is_not_found(client: Client) -> None:
    for path in ("/nope", "/nope?name=a", "/hello", "/greet", "/number", "/items"):
        client.get(path).must_be(404)
    for path in ("/json/x", "/about/x", "/greet/a/b/c", "/items/a/b", "/number/1/2"):
        client.get(path).must_be(404)
    client.post("/nope", b"{}").must_be(404)


@RULES.check("method-not-allowed")
def any_other_method_is_not_allowed(client: Client) -> None:
    """`Allow` names the path's methods; HEAD and OPTIONS are not part of the contract, so they may stand in it."""
    for template, allowed in routes().items():
        path = re.sub("{.+?}", "1", template)
        for method in METHODS:
            if method in allowed:
                continue
            # Without a body: a server may close on one that it does not want to read, and take its answer along.
            answer = client.request(method, path, b"" if method != "GET" else None, content_type=None)
            if template in (FILES, SOCKET):
                # What frameworks mount to serve files, or to open WebSockets, has answers of its own.
                answer.must_be_refused()
                continue
            answer.must_be(405)
            header = ", ".join(answer.headers.get_all("allow", []))
            if {name.strip() for name in header.split(",")} - {"HEAD", "OPTIONS"} != allowed:
                raise Mismatch(answer.request, f"`Allow: {', '.join(sorted(allowed))}`", f"`Allow: {header}`")


@RULES.check("utf-8")
def names_beyond_ascii_survive(client: Client) -> None:
    """Two, three and four bytes a character, and one that is made of two."""
    for name in ("Zoë", "日本", "🚀", "e\u0301", "\U0010ffff"):
        client.get(f"/greet/{quote(name)}").must_be_text(f"hello {name}")
        lower_case = re.sub("%..", lambda escape: escape[0].lower(), quote(name))
        client.get(f"/greet/{lower_case}/{quote(name)}").must_be_json({"name": name, "info": name})
        client.get(f"/query?name={quote(name)}&age={quote(name)}").must_be_json({"name": [name], "age": name})
        client.post("/echo", encoded({name: name})).must_be_json({name: name})
        item = new_item() + name
        client.must_answer(put_item(item, name, created=True))
        client.must_answer(get_item(item, name))
        forget(client, item)


@RULES.check("keep-alive", always=True)
def a_connection_stays_open(client: Client) -> None:
    for _ in range(100):
        answer = client.get("/")
        answer.must_be_text("hello world")
        answer.must_keep_alive()


@RULES.check("keep-alive-mixed")
def an_error_is_no_reason_to_hang_up(client: Client) -> None:
    item = f"/items/{new_item()}"
    for _ in range(10):
        for method, target, body, status in (
            ("GET", "/", None, 200),
            ("GET", "/nope", None, 404),
            ("POST", "/echo", b'{"a": 1}', 200),
            ("POST", "/echo", b'{"a": ', None),
            ("POST", "/json", b'{"a": 1}', None),
            ("GET", "/echo", None, None),
            ("PUT", item, b'{"a": 1}', 201),
            ("GET", item, None, 200),
            ("PUT", item, b'{"a": ', None),
            ("DELETE", item, None, 204),
            ("GET", "/number/x", None, 404),
        ):
            answer = client.request(method, target, body)
            if status is None:
                answer.must_be_refused()
            else:
                answer.must_be(status)
            answer.must_keep_alive()


@RULES.check("in-pieces")
def a_request_may_come_in_pieces(client: Client) -> None:
    """Where the network cuts a request in parts is of no meaning. (For chunks, echo-chunked asks the same.)"""
    must_take_pieces(client, chunked=False)


# Bad input


@RULES.check("empty-body")
def an_empty_body_is_no_json(client: Client) -> None:
    """Apart from what else is malformed, since some frameworks take no body for a `null`."""
    client.post("/echo", b"").must_be_refused()
    must_store_nothing_of(client, b"")


@RULES.check("oversize")
def a_long_body_is_withstood(client: Client) -> None:
    _must_withstand_long_bodies(client, chunked=False)


@RULES.check("oversize-chunked")
def a_long_body_in_chunks_is_withstood(client: Client) -> None:
    _must_withstand_long_bodies(client, chunked=True)


@RULES.check("bad-escapes")
def bad_escapes_are_withstood(client: Client) -> None:
    with unharmed(client):
        for escape in ("%", "%f", "%zz", "%ff", "%c3", "%ed%a0%80", "%c0%af", "%00", "%0d%0aX:%20y", "1%0a"):
            for path in (
                "/",
                "/greet/",
                "/greet/a/",
                "/number/",
                "/query?name=",
                "/query?age=",
                "/request?",
                "/items/",
            ):
                if answer := client.raw(f"GET {path}{escape}", client.head("GET", path + escape, {})):
                    answer.must_be_harmless()


@RULES.check("deep-json")
def deep_json_is_withstood(client: Client) -> None:
    """Nesting that no parser by recursion survives: refused while it is malformed; if it is not, right or refused."""
    with unharmed(client):
        for body in (b"[" * 50_000 + b"]" * 50_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000):
            _must_withstand(client, body, same=True)
        for body in (b"[" * 100_000, b'{"a":' * 100_000):
            client.post("/echo", body).must_be_refused()


@RULES.check("huge-numbers")
def huge_numbers_are_withstood(client: Client) -> None:
    """More digits than a language converts, and more than a float holds: what is answered for them is free."""
    with unharmed(client):
        for body in (b"1" * 5_000, b"-" + b"1" * 5_000, b"1e400", b"[-1e400]", b"1e-400", b"0." + b"1" * 5_000):
            _must_withstand(client, body)
        client.get("/number/" + "1" * 5_000).must_be_harmless()


@RULES.check("odd-strings")
def odd_strings_are_withstood(client: Client) -> None:
    """Half a surrogate pair is JSON but cannot be encoded: what is answered for it is free."""
    with unharmed(client):
        for body in (b'"\\ud800"', b'{"\\udfff": 1}'):
            _must_withstand(client, body)


LATIN_1 = '{"a": "ü"}'.encode("latin-1")


@RULES.check("free-bodies")
def what_is_no_part_of_the_contract_does_no_harm(client: Client) -> None:
    """Other media types, other encodings, what some take for numbers: any answer will do, if the service lives on."""
    with unharmed(client):
        for content_type, body in (
            (None, b'{"a": 1}'),
            ("text/plain", b'{"a": 1}'),
            ("application/x-www-form-urlencoded", b"a=1"),
            ("multipart/form-data", b"--a"),
            ("application/json; charset=latin-1", LATIN_1),
            ("?", b"{}"),
            *(
                ("application/json", body)
                for body in (LATIN_1, b"\xff\xfe", b"\xef\xbb\xbf{}", '{"a": 1}'.encode("utf-16"))
            ),
            *(("application/json", body) for body in (b"NaN", b"[Infinity]", b'{"a": -Infinity}')),
        ):
            item = f"/items/{new_item()}"
            client.attempt("POST", "/echo", body, content_type=content_type)
            client.attempt("PUT", item, body, content_type=content_type)
            client.attempt("GET", item)
            client.attempt("DELETE", item)


@RULES.check("bad-framing")
def bad_framing_is_withstood(client: Client) -> None:
    get = b"GET /request HTTP/1.1\r\nHost: a\r\n"
    with unharmed(client):
        for what, data in {
            "a request line of random bytes": b"\x00\x01\xfe\xff garbage\r\n\r\n",
            "a request line of one word": b"GET\r\n\r\n",
            "a target without a slash": b"GET nope HTTP/1.1\r\nHost: a\r\n\r\n",
            "a target beyond ASCII": b"GET /greet/\xff\xc3 HTTP/1.1\r\nHost: a\r\n\r\n",
            "a target of 100 KB": b"GET /greet/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            "no Host": b"GET /request HTTP/1.1\r\n\r\n",
            "a header without a colon": get + b"x-header\r\n\r\n",
            "a header beyond ASCII": get + b"x-a: \xff\xc3\r\n\r\n",
            "a header of 100 KB": get + b"x-a: " + b"a" * 100_000 + b"\r\n\r\n",
        }.items():
            if answer := client.raw(what, data):
                answer.must_be_below_500()


@RULES.check("hang-up")
def clients_that_hang_up_are_withstood(client: Client) -> None:
    """More often than the service may have threads."""
    half_body = client.head("POST", "/echo", JSON_TYPE | {"Content-Length": "1000"}) + b'{"a": '
    half_chunk = (
        client.head("PUT", f"/items/{new_item()}", JSON_TYPE | {"Transfer-Encoding": "chunked"}) + b'10\r\n{"a"'
    )
    upload = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "2000000"}
    half_file = client.head("POST", "/upload", upload) + multipart("a.bin", b"a" * 10_000, "b")[:9_000]
    whole = client.head("GET", "/json", {})
    with unharmed(client):
        for data in (b"", whole[:20], half_body, half_chunk, half_file, whole):
            for reset in (False, True) * 20:
                client.hang_up(data, reset=reset)


def _must_withstand_long_bodies(client: Client, *, chunked: bool) -> None:
    """A body of over 1 MiB may be refused, with or without an answer, or served; if it is served, then rightly."""
    with unharmed(client):
        for size in (BODY_LIMIT + 1, 2 * BODY_LIMIT):
            body, value, item = long_json(size), "a" * (size - 2), new_item()
            for method, target, status in (("POST", "/echo", 200), ("PUT", f"/items/{item}", 201)):
                answer = client.attempt(method, target, body, chunked=chunked)
                served = answer is not None and answer.status < 400
                if answer and served:
                    answer.must_be_json(value, status=status)
                elif answer:
                    answer.must_be_refused()
            if served:
                client.must_answer(get_item(item, value))
                forget(client, item)
            else:
                client.get(f"/items/{item}").must_be(404)


def _must_withstand(client: Client, body: bytes, *, same: bool = False) -> None:
    """A body may be refused or answered; `same`: if it is answered, then with the same body, but for white space."""
    item = f"/items/{new_item()}"
    for answer in (client.post("/echo", body), client.put(item, body), client.get(item), client.delete(item)):
        answer.must_be_harmless()
        if same and answer.status in (200, 201) and b"".join(answer.body.split()) != body:
            raise answer.mismatch("a refusal, or the same JSON")
