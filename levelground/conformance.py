"""The contract, checked as a black box over HTTP.

Promises its caller a verdict on every row and rule of CONTRACT.md for any service at any address:
held, or one sentence with the request, what was expected and what came.
Semantics are strict (status, media type, decoded body); the order of headers and how JSON is written are free.
A service that hangs fails a check, it never blocks one.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from levelground.blackbox import Client, Json, Mismatch, NoAnswer, framed, framing, no_number
from levelground.stand.catalog import Service, UnknownName

SPECIFICATION = Path(__file__).parent.parent / "contract" / "openapi.yaml"
BODY_LIMIT = 1024 * 1024
"""The largest body, in bytes, that a service takes."""
STORE_LIMIT = 1_000
"""How many items a service keeps."""
AT_ONCE = 4
"""How many services are checked at the same time: they share their CPUs, more would only make them slow."""

CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


@dataclass(frozen=True)
class Check:
    """One rule of the contract; `run` raises Mismatch if a service breaks it."""

    name: str
    run: Callable[[Client], None]
    always: bool
    """Whether it holds for services, too, that answer only some scenarios."""


CHECKS: list[Check] = []


def _named(name: str, *, always: bool = False) -> Callable[[Callable[[Client], None]], Callable[[Client], None]]:
    """Make a function a check of the contract, in the order of this file."""

    def register(function: Callable[[Client], None]) -> Callable[[Client], None]:
        CHECKS.append(Check(name, function, always))
        return function

    return register


def meant_for(service: Service) -> list[Check]:
    """The checks that the service has to pass: those of its scenarios, without what it declares that it cannot do."""
    return [
        each for each in CHECKS if (each.always or service.answers(each.name)) and each.name not in service.declared
    ]


def check(service: Service, host: str, port: int) -> dict[str, str | None]:
    """The name of each check that is meant for the service -> None if it held, else what was wrong."""
    verdicts: dict[str, str | None] = {}
    gone = ""
    for each in meant_for(service):
        try:
            if not gone:
                with Client(host, port) as client:
                    each.run(client)
            verdicts[each.name] = gone or None
        except Mismatch as mismatch:
            verdicts[each.name] = str(mismatch)
            # A service that hangs would take its time over each of the other checks, too.
            if isinstance(mismatch, NoAnswer) and not _is_there(host, port):
                gone = f"not checked, the service was gone after {each.name}"
    return verdicts


def _is_there(host: str, port: int) -> bool:
    try:
        with Client(host, port) as client:
            client.get("/")
    except NoAnswer:
        return False
    return True


def check_all(
    services: Sequence[Service], address_of: Callable[[Service], tuple[str, int]]
) -> dict[str, dict[str, str | None]]:
    """The verdicts of `check` for each service, by its name. Raises UnknownName if one declares what is no check."""
    known = [each.name for each in CHECKS]
    for service in services:
        if wrong := [name for name in service.declared if name not in known]:
            raise UnknownName(f"check in x-declared of {service.name}", wrong, known)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        checked = pool.map(lambda service: check(service, *address_of(service)), services)
        return {service.name: verdicts for service, verdicts in zip(services, checked, strict=True)}


def run(services: Sequence[Service], address_of: Callable[[Service], tuple[str, int]]) -> int:
    """Check services, print the matrix; the exit code is 0 if every check held, else 1."""
    print(f"Checking the contract: {len(CHECKS)} checks, {len(services)} services", file=sys.stderr)
    results = check_all(services, address_of)
    kept = sum(not any(verdicts.values()) for verdicts in results.values())
    print(f"{matrix(results, services)}\n\n{kept} of {len(results)} services keep the contract")
    return int(kept < len(results))


def matrix(results: Mapping[str, Mapping[str, str | None]], services: Sequence[Service] = ()) -> str:
    """A line for each check, a column for each service: ✓ held, ✗ broken, dash not meant for it.

    Below it the failures, and why those services cannot do what they declare.
    """
    shown = {name for names in (*results.values(), *(one.declared for one in services)) for name in names}
    names = [each.name for each in CHECKS if each.name in shown]
    width = max(map(len, names), default=0)
    lines = [" " * width + "  │" * position + f"  {name}" for position, name in enumerate(results)]
    for name in names:
        lines.append(name.ljust(width) + "".join(f"  {_mark(name, verdicts)}" for verdicts in results.values()))
    for service, verdicts in results.items():
        lines += _failures(service, verdicts)
    notes = [f"{one.name}: {name}: {reason}" for one in services for name, reason in one.declared.items()]
    if notes:
        lines += ["", *notes]
    return "\n".join(lines)


def _mark(name: str, verdicts: Mapping[str, str | None]) -> str:
    if name not in verdicts:
        return "\N{EN DASH}"
    return "✗" if verdicts[name] else "✓"


def _failures(service: str, verdicts: Mapping[str, str | None]) -> list[str]:
    broken = [(name, text) for name, text in verdicts.items() if text]
    if not broken:
        return []
    lines = ["", f"{service}: {len(broken)} of {len(verdicts)} checks failed"]
    for text, group in groupby(broken, key=lambda pair: pair[1]):
        names = [name for name, _ in group]
        lines.append(f"  {names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {text}")
    return lines


# The rows of the table


@_named("hello", always=True)
def hello(client: Client) -> None:
    client.get("/").must_be_text("hello world")
    client.get("/?a=1").must_be_text("hello world")


@_named("json")
def json_object(client: Client) -> None:
    client.get("/json").must_be_json({"hello": "world"})


@_named("greet")
def greet(client: Client) -> None:
    """`%2541` is `%41`: decoded once, not twice; a plus in a path is a plus."""
    for segment, name in {"world": "world", "a%20b": "a b", "a+b": "a+b", "100%25": "100%", "%2541": "%41"}.items():
        client.get(f"/greet/{segment}").must_be_text(f"hello {name}")


@_named("greet-two")
def greet_two(client: Client) -> None:
    client.get("/greet/alice/admin").must_be_json({"name": "alice", "info": "admin"})
    client.get("/greet/a%20b/%22%5C%3C+").must_be_json({"name": "a b", "info": '"\\<+'})


@_named("number")
def number(client: Client) -> None:
    numbers = {"0": 0, "123": 123, "007": 7, "999999999999999": 999_999_999_999_999, "0" * 14 + "1": 1}
    for digits, value in numbers.items():
        client.get(f"/number/{digits}").must_be_json({"number": value})
    # What int() of one language or another would take: signs, spaces, underscores, digits of other scripts.
    for other in ("-1", "+1", "1.5", "1e3", "0x10", "1_000", " 1", "1 ", "a", "1a", "", "٣", "\N{FULLWIDTH DIGIT ONE}"):
        client.get(f"/number/{quote(other, safe='+')}").must_be(404)


@_named("query")
def query(client: Client) -> None:
    answers: dict[str, tuple[list[str], str | None]] = {
        "": ([], None),
        "?": ([], None),
        "?name=a": (["a"], None),
        "?age=3": ([], "3"),
        "?name=a&name=b&age=3": (["a", "b"], "3"),
        "?name=b&age=3&name=a&name=b": (["b", "a", "b"], "3"),
        "?name=a+b&age=%33%20%2B": (["a b"], "3 +"),
        "?name=a%26b%3Dc&other=1": (["a&b=c"], None),
        "?Name=a&age%20=3": ([], None),
    }
    for given, (names, age) in answers.items():
        client.get(f"/query{given}").must_be_json({"name": names, "age": age})


@_named("request")
def request(client: Client) -> None:
    def seen(raw_query: str, headers: dict[str, str]) -> Json:
        return {"method": "GET", "path": "/request", "query": raw_query, "headers": headers}

    client.get("/request").must_be_json(seen("", {}))
    for raw in ("a=1&b=2", "a=%20+b&c=%C3%BC&a=%2F", "&&a?b=/;=", "%zz"):
        client.get(f"/request?{raw}").must_be_json(seen(raw, {}))
    given = {"X-Trace-Id": "One; Two=3", "x-lower": "l", "X-UPPER": "U", "Xy": "no", "Accept-X": "no", "Cookie": "a=b"}
    expected = {"x-trace-id": "One; Two=3", "x-lower": "l", "x-upper": "U"}
    client.get("/request?a=1", **given).must_be_json(seen("a=1", expected))


VALUES: tuple[Json, ...] = (
    {"a": [1, 2.5, -3, 1e-7, 1.5e300, True, False, None, "", {}, []], "b": {"c": {"d": {"e": [[[["f"]]]]}}}},
    {"": "empty", "a b": '\\ " / \b \f \n \r \t \x00 \x1f \x7f', "<script>": "&amp;"},
    9_007_199_254_740_991,
    -9_007_199_254_740_991,
    [1, "two", []],
    [],
    {},
    "text",
    "",
    0,
    1.25,
    True,
    False,
    None,
)


@_named("echo")
def echo(client: Client) -> None:
    for value in VALUES:
        client.post("/echo", _encoded(value)).must_be_json(value)
    client.post("/echo", b' {"a" :\n[ 1 ,\t"\\u00fc\\ud83d\\ude80" ] }\r\n').must_be_json({"a": [1, "ü🚀"]})


@_named("echo-sizes")
def echo_sizes(client: Client) -> None:
    """About 1 KiB as people send it, and exactly as much as is allowed."""
    people: Json = [{"id": i, "name": f"person {i}", "tags": ["a", "b"]} for i in range(20)]
    client.post("/echo", _encoded(people)).must_be_json(people)
    client.post("/echo", _long_json(BODY_LIMIT)).must_be_json("a" * (BODY_LIMIT - 2))


@_named("echo-chunked")
def echo_chunked(client: Client) -> None:
    client.request("POST", "/echo", b'{"a": [1, 2]}', chunked=True).must_be_json({"a": [1, 2]})
    client.request("POST", "/echo", _long_json(BODY_LIMIT), chunked=True).must_be_json("a" * (BODY_LIMIT - 2))


MALFORMED = (
    *(b"", b" ", b"{", b'{"a": 1', b'"a', b"[1,]", b"{} {}", b"{'a': 1}", b"hello", b"\x00", b"tru"),
    *(b'{"a": "\xff"}', b'"\xc3"', b"\xff\xfe"),
)


@_named("echo-malformed")
def echo_malformed(client: Client) -> None:
    for body in MALFORMED:
        client.post("/echo", body).must_be(400)


@_named("content-type")
def content_type(client: Client) -> None:
    """What a body is called does not matter, only what it is."""
    for name in (None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "?"):
        client.request("POST", "/echo", '{"a": "ü"}'.encode(), content_type=name).must_be_json({"a": "ü"})
        client.request("POST", "/echo", b"a=1", content_type=name).must_be(400)


@_named("items")
def items(client: Client) -> None:
    item = _new_item()
    client.get(item).must_be(404)
    client.delete(item).must_be(404)
    client.put(item, b'{"a": 1}').must_be_json({"a": 1}, status=201)
    client.get(item).must_be_json({"a": 1})
    client.put(item, b'{"b": [2]}').must_be_json({"b": [2]})
    client.get(item).must_be_json({"b": [2]})
    _delete(client, item)
    client.delete(item).must_be(404)
    client.put(item, b"1").must_be_json(1, status=201)
    _delete(client, item)


@_named("items-falsy")
def items_falsy(client: Client) -> None:
    """`null` and everything else that a language may take for nothing is a value, too."""
    item = _new_item()
    values: tuple[Json, ...] = (None, False, 0, "", [], {})
    for value, status in zip(values, (201, 200, 200, 200, 200, 200), strict=True):
        client.put(item, _encoded(value)).must_be_json(value, status=status)
        client.get(item).must_be_json(value)
    _delete(client, item)


@_named("items-malformed")
def items_malformed(client: Client) -> None:
    """A body that is refused stores nothing and replaces nothing."""
    absent, present = _new_item(), _new_item()
    client.put(present, b"1").must_be_json(1, status=201)
    for body in MALFORMED:
        for item in (absent, present):
            client.put(item, body).must_be(400)
    client.get(absent).must_be(404)
    client.get(present).must_be_json(1)
    _delete(client, present)


@_named("items-store-bounded")
def items_store_bounded(client: Client) -> None:
    """It leaves the store full: that is what it becomes under any load, and numbers take little memory."""
    item = _new_item()
    for position in range(STORE_LIMIT + 1):
        client.put(f"{item}-{position}", b"1").must_be(201)
    client.get(f"{item}-0").must_be(404)
    client.get(f"{item}-1").must_be_json(1)
    client.get(f"{item}-{STORE_LIMIT}").must_be_json(1)


@_named("about", always=True)
def about(client: Client) -> None:
    answer = client.get("/about")
    value = answer.json()
    answer.must_be_json(value)
    components = _specification()["components"]
    validator = Draft202012Validator({"$ref": "#/components/schemas/about", "components": components})
    if error := best_match(validator.iter_errors(value)):
        raise Mismatch(answer.request, "the schema of contract/openapi.yaml", f"{error.json_path}: {error.message}")


@_named("not-found", always=True)
def not_found(client: Client) -> None:
    for path in ("/nope", "/hello", "/JSON", "/json/x", "/about/x", "/greet/a/b/c", "/items/a/b", "/number/1/2"):
        client.get(path).must_be(404)
    for path in ("/greet", "/number", "/items", "/nope?name=a"):
        client.get(path).must_be(404)
    client.post("/nope", b"{}").must_be(404)


@_named("trailing-slash")
def trailing_slash(client: Client) -> None:
    """A path with one slash more is another path."""
    for path in ("/json/", "/greet/a/b/", "/number/1/", "/query/", "/items/", "/about/"):
        client.get(path).must_be(404)


@_named("method-not-allowed")
def method_not_allowed(client: Client) -> None:
    """`Allow` names the path's methods; HEAD and OPTIONS are not part of the contract, so they may stand in it."""
    for template, allowed in routes().items():
        path = re.sub("{.+?}", "1", template)
        for method in METHODS:
            if method in allowed:
                continue
            # Without a body: a server may close on one that it does not want to read, and take its answer along.
            answer = client.request(method, path, b"" if method != "GET" else None)
            answer.must_be(405)
            header = ", ".join(answer.headers.get_all("allow", []))
            if {name.strip() for name in header.split(",")} - {"HEAD", "OPTIONS"} != allowed:
                raise Mismatch(answer.request, f"`Allow: {', '.join(sorted(allowed))}`", f"`Allow: {header}`")


# The rules for all rows


@_named("utf-8")
def utf_8(client: Client) -> None:
    """Two, three and four bytes a character, and one that is made of two."""
    for name in ("Zoë", "日本", "🚀", "e\u0301", "\U0010ffff"):
        client.get(f"/greet/{quote(name)}").must_be_text(f"hello {name}")
        lower_case = re.sub("%..", lambda escape: escape[0].lower(), quote(name))
        client.get(f"/greet/{lower_case}/{quote(name)}").must_be_json({"name": name, "info": name})
        client.get(f"/query?name={quote(name)}&age={quote(name)}").must_be_json({"name": [name], "age": name})
        client.post("/echo", _encoded({name: name})).must_be_json({name: name})
        item = _new_item() + quote(name)
        client.put(item, _encoded(name)).must_be_json(name, status=201)
        client.get(item).must_be_json(name)
        _delete(client, item)


@_named("keep-alive", always=True)
def keep_alive(client: Client) -> None:
    for _ in range(100):
        answer = client.get("/")
        answer.must_be_text("hello world")
        answer.must_keep_alive()


@_named("keep-alive-mixed")
def keep_alive_mixed(client: Client) -> None:
    """An error is no reason to hang up."""
    item = _new_item()
    for _ in range(10):
        for method, target, body, status in (
            ("GET", "/", None, 200),
            ("GET", "/nope", None, 404),
            ("POST", "/echo", b'{"a": 1}', 200),
            ("POST", "/echo", b'{"a": ', 400),
            ("POST", "/json", b'{"a": 1}', 405),
            ("GET", "/echo", None, 405),
            ("PUT", item, b'{"a": 1}', 201),
            ("GET", item, None, 200),
            ("PUT", item, b'{"a": ', 400),
            ("DELETE", item, None, 204),
            ("GET", "/number/x", None, 404),
        ):
            answer = client.request(method, target, body)
            answer.must_be(status)
            answer.must_keep_alive()


@_named("in-pieces")
def in_pieces(client: Client) -> None:
    """Where the network cuts a request in parts is of no meaning."""
    body = '{"a": "ü"}'.encode()
    head = client.head("POST", "/echo", framing(body, chunked=False))
    chunks = client.head("POST", "/echo", framing(body, chunked=True))
    for what, whole in (("by length", head + body), ("chunked", chunks + framed(body, chunked=True))):
        cuts = (3, 30, whole.index(b"\r\n\r\n") + 2, whole.index("ü".encode()) + 1)
        pieces = (whole[start:end] for start, end in zip((0, *cuts), (*cuts, len(whole)), strict=True))
        described = f"POST /echo in five pieces, {what}"
        answer = client.raw(described, *pieces)
        if answer is None:
            raise Mismatch(described, "200", "a closed connection")
        answer.must_be_json({"a": "ü"})


@_named("oversize")
def oversize(client: Client) -> None:
    _must_refuse_oversize(client, chunked=False)


@_named("oversize-chunked")
def oversize_chunked(client: Client) -> None:
    _must_refuse_oversize(client, chunked=True)


# Bad input


@_named("bad-escapes")
def bad_escapes(client: Client) -> None:
    for escape in ("%", "%f", "%zz", "%ff", "%c3", "%ed%a0%80", "%c0%af", "%00", "%0d%0aX:%20y", "1%0a"):
        for path in ("/", "/greet/", "/greet/a/", "/number/", "/query?name=", "/query?age=", "/request?", "/items/"):
            answer = client.raw(f"GET {path}{escape}", client.head("GET", path + escape, {}))
            if not answer:
                continue
            answer.must_be_below_500()
            if answer.status == 200 and not _decodes(answer.body):
                raise answer.mismatch("a refusal, or UTF-8")
    client.must_still_answer()


@_named("deep-json")
def deep_json(client: Client) -> None:
    """Nesting that no parser by recursion survives: refused while it is malformed, and harmless if it is not."""
    _must_be_harmless(client, b"[" * 50_000 + b"]" * 50_000)
    _must_be_harmless(client, b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
    for body in (b"[" * 100_000, b'{"a":' * 100_000):
        client.post("/echo", body).must_be(400)
    client.must_still_answer()


@_named("huge-numbers")
def huge_numbers(client: Client) -> None:
    """More digits than a language converts, and more than a float holds: if it is echoed, then as JSON."""
    for body in (b"1" * 5_000, b"-" + b"1" * 5_000, b"1e400", b"[-1e400]", b"1e-400", b"0." + b"1" * 5_000):
        _must_be_harmless(client, body)
    client.get("/number/" + "1" * 5_000).must_be_below_500()
    client.must_still_answer()


@_named("not-a-number")
def not_a_number(client: Client) -> None:
    """Some decoders take these for numbers, JSON does not."""
    for body in (b"NaN", b"[Infinity]", b'{"a": -Infinity}'):
        client.post("/echo", body).must_be(400)


@_named("odd-strings")
def odd_strings(client: Client) -> None:
    """Half a surrogate pair is JSON but cannot be encoded; other encodings and a byte order mark are not UTF-8."""
    for body in (b'"\\ud800"', b'{"\\udfff": 1}', '{"a": 1}'.encode("utf-16"), b"\xef\xbb\xbf{}"):
        _must_be_harmless(client, body)
    client.must_still_answer()


@_named("bad-framing")
def bad_framing(client: Client) -> None:
    get = b"GET /request HTTP/1.1\r\nHost: a\r\n"
    post = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
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
        "a Content-Length of letters": post + b"Content-Length: abc\r\n\r\n{}",
        "a negative Content-Length": post + b"Content-Length: -2\r\n\r\n{}",
        "two Content-Lengths": post + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        "a Content-Length with chunks": post + b"Content-Length: 2\r\n" + CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
        "a chunk without a size": post + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
        "a chunk of a wrong size": post + CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    }.items():
        if answer := client.raw(what, data):
            answer.must_be_below_500()
    client.must_still_answer()


@_named("hang-up")
def hang_up(client: Client) -> None:
    """More often than the service may have threads."""
    half_body = client.head("POST", "/echo", {"Content-Length": "1000"}) + b'{"a": '
    half_chunk = client.head("PUT", _new_item(), {"Transfer-Encoding": "chunked"}) + b'10\r\n{"a"'
    whole = client.head("GET", "/json", {})
    for data in (b"", whole[:20], half_body, half_chunk, whole):
        for reset in (False, True) * 20:
            client.hang_up(data, reset=reset)
    client.must_still_answer()


# What the checks share


def routes() -> dict[str, set[str]]:
    """The paths of the contract, as templates, and the methods of each."""
    return {
        path: {method.upper() for method in operations if method.upper() in METHODS}
        for path, operations in _specification()["paths"].items()
    }


@cache
def _specification() -> dict[str, Any]:
    specification: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text())
    return specification


def _delete(client: Client, item: str) -> None:
    answer = client.delete(item)
    answer.must_be(204)
    if answer.headers.get("content-length", "0") != "0" or "transfer-encoding" in answer.headers:
        raise answer.mismatch("204 without a body, and headers that announce none")
    client.get(item).must_be(404)


def _must_refuse_oversize(client: Client, *, chunked: bool) -> None:
    item = _new_item()
    body = _long_json(BODY_LIMIT + 1)
    client.request("POST", "/echo", body, chunked=chunked).must_be(413)
    client.request("PUT", item, body, chunked=chunked).must_be(413)
    client.get(item).must_be(404)
    client.must_still_answer()


def _must_be_harmless(client: Client, body: bytes) -> None:
    """A body may be refused; if it is not, what comes back is JSON."""
    item = _new_item()
    for answer in (client.post("/echo", body), client.put(item, body), client.get(item), client.delete(item)):
        answer.must_be_below_500()
        if answer.status in (200, 201) and not _parses(answer.body):
            raise answer.mismatch("a refusal, or JSON in UTF-8")


def _new_item() -> str:
    return f"/items/{uuid4().hex[:12]}"


def _long_json(size: int) -> bytes:
    """A JSON string of so many bytes."""
    return b'"' + b"a" * (size - 2) + b'"'


def _encoded(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _parses(body: bytes) -> bool:
    """Whether it is JSON whose numbers may be as long and whose nesting may be as deep as they like."""
    try:
        json.loads(body.decode("utf-8"), parse_int=str, parse_constant=no_number)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _decodes(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
