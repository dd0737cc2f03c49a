"""Echo: the request as the service sees it, and a JSON body decoded and encoded again."""

import json

from levelground.contract.client import Client, Json, Mismatch, framed, framing
from levelground.contract.openapi import JSON_BODY, REFUSED, SAME_JSON, closed, json_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data

BODY_LIMIT = 1024 * 1024
"""The largest body, in bytes, that every service takes."""
JSON_TYPE = {"Content-Type": "application/json"}

TOPIC = Topic(
    "echo",
    rows=(
        Row(
            "GET",
            "/request",
            '200 JSON `{"method": "GET", "path": "/request", "query": "a=1&b=2", "headers": {"x-…": "…"}}`',
            {
                "operationId": "request",
                "summary": "What the service sees of the request",
                "responses": {
                    "200": json_answer(
                        "The request's own parts",
                        closed(
                            {
                                "method": {"const": "GET"},
                                "path": {"const": "/request"},
                                "query": {
                                    "type": "string",
                                    "description": "The query string as it was sent, without the `?`",
                                },
                                "headers": {
                                    "type": "object",
                                    "description": "The headers whose name begins with `x-`, names in lower case",
                                    "propertyNames": {"pattern": "^x-[^A-Z]*$"},
                                    "additionalProperties": {"type": "string"},
                                },
                            }
                        ),
                        example={
                            "method": "GET",
                            "path": "/request",
                            "query": "a=1&b=2",
                            "headers": {"x-trace": "abc"},
                        },
                    )
                },
            },
        ),
        Row(
            "POST",
            "/echo",
            "200, the JSON body decoded and encoded again; malformed JSON: 4xx",
            {
                "operationId": "echo",
                "summary": "JSON, decoded and encoded again",
                "requestBody": JSON_BODY,
                "responses": {"200": SAME_JSON, "4XX": REFUSED},
            },
        ),
    ),
)


# Traffic


def show_request(query: str) -> Step:
    seen = {"method": "GET", "path": "/request", "query": query, "headers": {}}
    return data("GET", f"/request?{query}", says=seen)


def echo(value: object) -> Step:
    return data("POST", "/echo", send=value, says=value)


# Checks


@TOPIC.check("request")
def the_request_is_shown_as_it_was_sent(client: Client) -> None:
    def seen(raw_query: str, headers: dict[str, str]) -> Json:
        return {"method": "GET", "path": "/request", "query": raw_query, "headers": headers}

    client.must_answer(show_request("a=1&b=2"))
    client.get("/request").must_be_json(seen("", {}))
    for raw in ("a=%20+b&c=%C3%BC&a=%2F", "&&a?b=/;=", "%zz"):
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


@TOPIC.check("echo")
def json_comes_back(client: Client) -> None:
    client.must_answer(echo({"name": "ü", "tags": ["a", "b"]}))
    for value in VALUES:
        client.post("/echo", encoded(value)).must_be_json(value)
    client.post("/echo", b' {"a" :\n[ 1 ,\t"\\u00fc\\ud83d\\ude80" ] }\r\n').must_be_json({"a": [1, "ü🚀"]})


@TOPIC.check("echo-sizes")
def json_of_any_size_comes_back(client: Client) -> None:
    """About 1 KiB as people send it, and exactly as much as every service takes."""
    people: Json = [{"id": i, "name": f"person {i}", "tags": ["a", "b"]} for i in range(20)]
    client.post("/echo", encoded(people)).must_be_json(people)
    client.post("/echo", long_json(BODY_LIMIT)).must_be_json("a" * (BODY_LIMIT - 2))


@TOPIC.check("echo-chunked")
def json_in_chunks_comes_back(client: Client) -> None:
    client.request("POST", "/echo", b'{"a": [1, 2]}', chunked=True).must_be_json({"a": [1, 2]})
    client.request("POST", "/echo", long_json(BODY_LIMIT), chunked=True).must_be_json("a" * (BODY_LIMIT - 2))
    must_take_pieces(client, chunked=True)


MALFORMED = (b" ", b"{", b'{"a": 1', b'"a', b"[1,]", b"{} {}", b"{'a': 1}", b"hello", b"\x00", b"tru", b"a=1")


@TOPIC.check("echo-malformed")
def malformed_json_is_refused(client: Client) -> None:
    for body in MALFORMED:
        client.post("/echo", body).must_be_refused()


# What the checks of other topics need, too


def must_take_pieces(client: Client, *, chunked: bool) -> None:
    """A request that comes in five pieces is a request like any other."""
    body = '{"a": "ü"}'.encode()
    whole = client.head("POST", "/echo", JSON_TYPE | framing(body, chunked)) + framed(body, chunked)
    cuts = (3, 30, whole.index(b"\r\n\r\n") + 2, whole.index("ü".encode()) + 1)
    pieces = (whole[start:end] for start, end in zip((0, *cuts), (*cuts, len(whole)), strict=True))
    described = f"POST /echo in five pieces{', in chunks' if chunked else ''}"
    answer = client.raw(described, *pieces)
    if answer is None:
        raise Mismatch(described, "200", "a closed connection")
    answer.must_be_json({"a": "ü"})


def long_json(size: int) -> bytes:
    """A JSON string of so many bytes."""
    return b'"' + b"a" * (size - 2) + b'"'


def encoded(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
