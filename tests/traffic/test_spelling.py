"""What services send is predicted byte for byte, or not at all."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st

from levelground.traffic import events as traffic_events
from levelground.traffic import message as responses
from levelground.traffic import spelling
from levelground.traffic.scenario import Event, data, empty, events, message, stream, text
from levelground.traffic.spelling import ANY_CHUNKS, EXACT, NO_MARKS, STYLES, Framing, Marks, Spelling, Wire
from levelground.traffic.step import EVENTS, JSON, Step
from levelground.traffic.websocket import BINARY_FRAME, TEXT_FRAME
from tests.server import answer
from tests.websocket import frame

# Ways in which services encode JSON, each told apart from the module under test: by the real thing where it is at hand.

FLASK = Flask("test")


def flask(value: object) -> bytes:
    with FLASK.app_context():
        response: Any = FLASK.json.response(value)
    return bytes(response.get_data())


def node(value: object) -> bytes:
    """JSON.stringify, which knows no difference between 1 and 1.0."""
    return json.dumps(whole(value), ensure_ascii=False, separators=(",", ":")).encode()


def whole(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value == math.floor(value) else value
    if isinstance(value, list):
        return [whole(one) for one in value]
    return {key: whole(one) for key, one in value.items()} if isinstance(value, dict) else value


def go(value: object) -> bytes:
    """json.NewEncoder(w).Encode of a map."""
    text = json.dumps(whole(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    escaped = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}
    return f"{text}\n".translate(escaped).encode()


ENCODERS: dict[str, Callable[[object], bytes]] = {
    "json.dumps": lambda value: json.dumps(value).encode(),
    "starlette": lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
    "falcon": lambda value: json.dumps(value, ensure_ascii=False).encode(),
    "blacksheep": lambda value: json.dumps(value, separators=(",", ":")).encode(),
    "flask": flask,
    "msgspec": msgspec.json.encode,
    "tornado": lambda value: json.dumps(value).replace("</", "<\\/").encode(),
    "ujson": lambda value: json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode(),
    "node": node,
    "go": go,
}
encoders = pytest.mark.parametrize("encode", ENCODERS.values(), ids=list(ENCODERS))

# Integers as a double holds them, and floats without an exponent, where encoders differ in more than a fraction.
numbers = st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15).filter(
    lambda one: abs(one) > 1e-4 or repr(one) == "0.0"
)
strings = st.text() | st.text("</>&\u2028\u2029üß\\\"'\n\t\x00\x7f😀 1.0", max_size=8)
values = st.recursive(
    st.none() | st.booleans() | numbers | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=12,
)
TELLING = {"z": [1.0, -0.5, 10**9], "a": {"<b>": 'ü</b> & \u2028\u2029 😀 / \\ " \n', "": None}, "m": [True, [], {}]}
"""Every style spells it in its own way."""


def marks(whole: bytes) -> Marks:
    """What is learned of an answer on the wire."""
    head = whole.index(b"\r\n\r\n")
    return Marks(len(whole), whole[:13], whole[head:])


def chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
    return head + (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"


def sent(body: bytes) -> bytes:
    return answer(body, media_type=JSON)


framings = pytest.mark.parametrize("frame", [sent, chunked])


def step(value: object) -> Step:
    return data("GET", "/json", says=value)


@settings(max_examples=40)  # for each of ten encoders in each of two framings, which do not depend on the encoder
@encoders
@framings
@given(value=values)
def test_what_a_service_sends_is_predicted_from_one_telling_answer(
    encode: Callable[[object], bytes], frame: Callable[[bytes], bytes], value: object
) -> None:
    found = spelling.fit([(step(TELLING), marks(frame(encode(TELLING))))])
    assert found is not None
    assert found.predict(step(value)) == marks(frame(encode(value)))


@encoders
@given(first=values, second=values)
def test_what_fits_reproduces_all_that_it_was_fitted_to(
    encode: Callable[[object], bytes], first: object, second: object
) -> None:
    samples = [(step(value), marks(sent(encode(value)))) for value in (first, second)]
    found = spelling.fit(samples)
    assert found is not None
    assert [found.predict(one) for one, _ in samples] == [seen for _, seen in samples]


@given(style=st.sampled_from(STYLES), framing=st.sampled_from(EXACT), value=values)
def test_every_prediction_is_a_right_answer(style: spelling.Style, framing: Framing, value: object) -> None:
    one = step(value)
    suffix = Wire(framing, style).suffix(one)
    length = len(suffix) - 4
    told = b"Content-Length: %d" % length if framing is Framing.LENGTH else b"Transfer-Encoding: chunked"
    response = responses.parse(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + told + suffix)
    assert response is not None
    assert response.length == len(told) + len(suffix) + 49
    assert one.accepts(response.status, response.media_type, response.body)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 999, 1000, 4095, 4096])
@framings
def test_the_digits_of_a_length_are_counted(size: int, frame: Callable[[bytes], bytes]) -> None:
    sample, other = text("GET", "/", says="x" * 50), text("GET", "/", says="x" * size)
    found = spelling.fit([(sample, marks(frame(b"x" * 50)))])
    assert found is not None
    assert found.predict(other) == marks(frame(b"x" * size))


def test_sizes_of_chunks_may_be_in_upper_case() -> None:
    upper = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"
    found = spelling.fit([(text("GET", "/", says="0123456789"), marks(upper))])
    assert found is not None
    assert found.predict(text("GET", "/", says="0123456789a")).suffix == b"\r\n\r\nB\r\n0123456789a\r\n0\r\n\r\n"


@pytest.mark.parametrize("whole", [b"HTTP/1.1 204 No Content\r\n\r\n", answer(b"", status="204 No Content")])
def test_answers_without_a_body_are_all_alike(whole: bytes) -> None:
    found = spelling.fit([(empty("DELETE", "/items/1", status=204), marks(whole))])
    assert found is not None
    assert found.predict(empty("DELETE", "/items/2", status=204)) == marks(whole)


@pytest.mark.parametrize(
    "bodies",
    [
        ['{\n  "a": 1\n}', '{\n  "a": 2\n}'],
        ['{"a": 1}', '{"a":2}'],
        [' {"a":1}', ' {"a":2}'],
    ],
    ids=["indented", "now so, now so", "a space before it"],
)
def test_a_spelling_that_is_not_known_is_not_guessed(bodies: list[str]) -> None:
    samples = [(step(json.loads(body)), marks(sent(body.encode()))) for body in bodies]
    assert spelling.fit(samples) is None


def test_headers_of_changing_length_are_not_guessed() -> None:
    one = step(1)
    samples = [(one, marks(answer(b"1", header, media_type=JSON))) for header in ("X-Time: 9", "X-Time: 10")]
    assert spelling.fit(samples) is None


def test_a_body_in_several_chunks_is_not_guessed() -> None:
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    assert spelling.fit([(text("GET", "/", says="hello world"), marks(whole))]) is None


@example(said=[[], [None, None]])
@example(said=["1.0", 1.0])
@example(said=["</", "</ /"])
@example(said=["\u2028", "<ü"])
@example(said=["a", "\x7f"])
@example(said=[{"b": 1.0, "a": 2}, {"a": 1.0, "b": 2}])
@given(said=st.lists(values, min_size=2, max_size=20))
def test_styles_that_write_one_step_alike_write_every_step_of_its_kind_alike(said: Sequence[object]) -> None:
    seen: dict[object, list[int]] = {}
    for one in map(step, said):
        written = [style.write(one) for style in STYLES if not style.newline]
        alike = [written.index(body) for body in written]
        assert seen.setdefault(spelling.kind(one), alike) == alike


def test_steps_of_one_kind_differ_in_their_values_only() -> None:
    assert spelling.kind(text("GET", "/greet/ann", says="hello ann")) == spelling.kind(
        text("GET", "/greet/bob", says="hello bob")
    )
    assert spelling.kind(data("GET", "/query?name=a&name=b&age=3", says="a")) == spelling.kind(
        data("GET", "/query?name=c&age=10", says="a")
    )
    assert spelling.kind(step({"a": "b", "n": 1})) == spelling.kind(step({"a": "cd", "n": 23}))


@pytest.mark.parametrize(
    "other",
    [
        data("PUT", "/json", says="a"),
        data("GET", "/json/b", says="a"),
        data("GET", "/json?name=b", says="a"),
        data("GET", "/jsonp", says="a"),
        data("GET", "/json", says="a", status=201),
        text("GET", "/json", says="a"),
        step("ü"),
        step("a/b"),
        step("</b>"),
        step("a & b"),
        step("\u2028"),
        step(1.0),
        step({"b": 1, "a": 2}),
    ],
    ids=str,
)
def test_whatever_may_be_spelled_unlike_is_another_kind(other: Step) -> None:
    assert spelling.kind(other) != spelling.kind(step("a"))


def test_a_server_may_be_asked_about_as_a_whole() -> None:
    assert spelling.kind(text("OPTIONS", "*", says="")) is not None


def test_a_known_spelling_is_equal_to_itself_and_can_be_a_key() -> None:
    def fitted() -> Spelling | None:
        return spelling.fit([(step(TELLING), marks(sent(ENCODERS["starlette"](TELLING))))])

    assert fitted() == fitted()
    assert len({fitted(), fitted()}) == 1


SAID = [Event("one", "tick", "1"), Event("two\nlines", "tock", "2")]


def chunks_of(body: bytes, size: int, media_type: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("style", traffic_events.STYLES)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_are_predicted_from_one_telling_stream(style: traffic_events.Style, size: int) -> None:
    seen = marks(chunks_of(style.write(SAID), size, EVENTS))
    found = spelling.fit([(events("/events", says=SAID), seen)])
    assert found is not None
    other = [Event(str(number), "tack", f"x{number}") for number in range(50)]
    assert found.predict(events("/events", says=other)) == (ANY_CHUNKS, seen.prefix, style.write(other))


def test_a_stream_is_known_but_for_its_chunks() -> None:
    one, other = stream("/stream/2", says=["a", "b"]), stream("/stream/9", says=list("abcdefghi"))
    found = spelling.fit([(one, marks(chunks_of(b"ab", 1, "text/plain")))])
    assert found is not None
    assert found.predict(other) == (ANY_CHUNKS, b"HTTP/1.1 200 ", b"abcdefghi")
    assert spelling.fit([(one, marks(answer(b"ab")))]) is None


def test_any_answer_may_be_in_free_chunks_if_asked_for() -> None:
    samples = [(step(one), marks(chunks_of(ENCODERS["starlette"](one), 3, JSON))) for one in (TELLING, [1, 2])]
    assert spelling.fit(samples) is None
    found = spelling.fit(samples, in_any_chunks=True)
    assert found is not None
    assert found.predict(step(["x"])).suffix == b'["x"]'


@pytest.mark.parametrize("says", ["", "ü" * 200, b"\x00" * 70_000])
def test_an_echo_in_one_frame_is_predicted(says: str | bytes) -> None:
    sample: str | bytes = "a" if isinstance(says, str) else b"a"
    first = TEXT_FRAME if isinstance(says, str) else BINARY_FRAME
    found = spelling.fit(
        [(message("/ws", sample), NO_MARKS), (message("/ws", sample), Marks(3, bytes([first, 1]), b"a"))]
    )
    assert found is not None
    predicted = found.predict(message("/ws", says))
    assert predicted.prefix + predicted.suffix == frame(says)
    assert predicted.length == len(frame(says))
    assert spelling.fit([(message("/ws", sample), NO_MARKS)]) is None
