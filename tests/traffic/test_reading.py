"""Answers that come in pieces: right ones are recognised at every cut, wrong ones wherever the wrong byte is."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.utils import accept_key

from levelground.traffic import message, reading, websocket
from levelground.traffic.message import Malformed
from levelground.traffic.pool import Learned
from levelground.traffic.reading import Frames, Verdict
from levelground.traffic.scenario import Event, events, file, stream
from levelground.traffic.scenario import message as sent
from levelground.traffic.spelling import ANY_CHUNKS, Marks
from levelground.traffic.step import BINARY, Step
from levelground.traffic.websocket import WebSocket
from tests.server import answer
from tests.websocket import frame

BODY = bytes(range(256)) * 2
PLAIN = answer(BODY, media_type=BINARY)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
LINES = [f"piece {number}\n" for number in range(8)]


def exact() -> Learned:
    step = file("/static/a", says=BODY, media_type=BINARY)
    return Learned(step, True, step.request, *Marks(len(PLAIN), b"HTTP/1.1 200 ", b"\r\n\r\n" + BODY))


def streamed(step: Step) -> Learned:
    return Learned(step, True, step.request, *Marks(ANY_CHUNKS, b"HTTP/1.1 200 ", step.content))


LINED = streamed(stream("/stream/8", says=LINES))


def in_chunks(parts: Iterable[bytes], head: bytes = HEAD, *, size: str = "{:x}") -> bytes:
    chunks = (size.format(len(part)).encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return b"".join([head, *chunks, b"0\r\n\r\n"])


def cut(whole: bytes, at: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted({one % len(whole) for one in at} - {0}), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


def read(expected: Learned, pieces: Iterable[bytes], frames: Frames | None = None) -> Verdict | None:
    """What the answer comes to, and that it does so with its last piece."""
    one = reading.begin(expected, frames)
    verdict = None
    for piece in pieces:
        assert verdict is None
        verdict = one.feed(expected, piece)
    return verdict


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be parsed in full."""

    def refuse(*_: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(message.Parser, "feed", refuse)
    monkeypatch.setattr(WebSocket, "feed", refuse)


cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(at=cuts)
def test_an_expected_answer_is_right_wherever_it_is_cut(at: list[int]) -> None:
    assert read(exact(), cut(PLAIN, at)) == reading.RIGHT


@pytest.mark.usefixtures("unparsed")
@pytest.mark.parametrize("number", range(1, len(PLAIN)))
def test_an_expected_answer_in_two_pieces_is_right_without_a_parse(number: int) -> None:
    assert read(exact(), cut(PLAIN, [number])) == reading.RIGHT


@given(at=cuts, place=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_one_wrong_bit_anywhere_in_a_body_is_found(at: list[int], place: int, bit: int) -> None:
    place += len(PLAIN) - len(BODY)
    wrong = PLAIN[:place] + bytes([PLAIN[place] ^ 1 << bit]) + PLAIN[place + 1 :]
    verdict = read(exact(), cut(wrong, at))
    assert verdict is not None
    assert not verdict.is_right
    assert "GET /static/a: expected 200 application/octet-stream" in verdict.difference


@given(at=cuts, length=st.integers(0, len(BODY) + 99).filter(lambda one: one != len(BODY)))
def test_a_body_of_another_length_is_wrong_and_not_waited_for(at: list[int], length: int) -> None:
    verdict = read(exact(), cut(answer((BODY * 2)[:length], media_type=BINARY), at))
    assert verdict is not None
    assert not verdict.is_right


@given(at=cuts)
def test_other_headers_are_still_right(at: list[int]) -> None:
    other = answer(BODY, "X-Request-Id: 12345", media_type=BINARY)
    assert read(exact(), cut(other, at)) == Verdict(True)
    closing = answer(BODY, "Connection: close", media_type=BINARY)
    assert read(exact(), cut(closing, at)) == Verdict(True, closes=True)
    assert read(exact(), cut(in_chunks([BODY], HEAD.replace(b"text/plain", BINARY.encode())), at)) == Verdict(True)


@pytest.mark.parametrize("at", range(1, len(PLAIN), 7))
def test_bytes_after_an_answer_are_malformed(at: int) -> None:
    with pytest.raises(Malformed, match="bytes after the answer: b'more'"):
        read(exact(), cut(PLAIN + b"more", [at]))


def chunkings(body: bytes) -> st.SearchStrategy[list[bytes]]:
    return cuts.map(lambda at: cut(body, at))


@given(parts=chunkings("".join(LINES).encode()), at=cuts, size=st.sampled_from(["{:x}", "{:X}", "{:04x}", "{:x};a=b"]))
def test_a_stream_is_right_in_any_chunks_and_pieces(parts: list[bytes], at: list[int], size: str) -> None:
    assert read(LINED, cut(in_chunks(parts, size=size), at)) == reading.RIGHT


@pytest.mark.usefixtures("unparsed")
@pytest.mark.parametrize(
    "head", [HEAD, HEAD.replace(b"OK", b"Fine"), HEAD.replace(b"\r\n\r\n", b"\r\nDate: now\r\n\r\n")]
)
def test_a_stream_is_right_without_a_parse_at_every_cut(head: bytes) -> None:
    whole = in_chunks([line.encode() for line in LINES], head)
    for at in range(1, len(whole)):
        assert read(LINED, cut(whole, [at])) == reading.RIGHT
    assert read(LINED, [whole[at : at + 1] for at in range(len(whole))]) == reading.RIGHT


@given(at=cuts, place=st.integers(0, len("".join(LINES)) - 1), parts=chunkings("".join(LINES).encode()))
def test_a_wrong_byte_in_a_stream_is_found(at: list[int], place: int, parts: list[bytes]) -> None:
    body = bytearray(b"".join(parts))
    body[place] ^= 1
    verdict = read(LINED, cut(in_chunks(cut(bytes(body), at)), at))
    assert verdict is not None
    assert not verdict.is_right


@pytest.mark.parametrize("body", ["".join(LINES[:-1]), "".join(LINES) + "x", ""])
@given(at=cuts)
def test_a_stream_of_another_length_is_wrong(body: str, at: list[int]) -> None:
    verdict = read(LINED, cut(in_chunks([body.encode()] if body else []), at))
    assert verdict is not None
    assert not verdict.is_right


@given(at=cuts)
def test_what_is_unusual_about_a_stream_is_parsed_and_judged_by_its_meaning(at: list[int]) -> None:
    body = "".join(LINES).encode()
    assert read(LINED, cut(answer(body), at)) == Verdict(True)
    closing = in_chunks([body], HEAD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert read(LINED, cut(closing, at)) == Verdict(True, closes=True)
    trailer = in_chunks([body]).removesuffix(b"\r\n") + b"X-Sum: 1\r\n\r\n"
    assert read(LINED, cut(trailer, at)) == Verdict(True)


@pytest.mark.parametrize("broken", [b"5 \r\nab", b"zz\r\nab", b"2\r\nabXX", b"\r\n\r\n", b"9" * 300])
def test_broken_chunks_are_malformed(broken: bytes) -> None:
    with pytest.raises(Malformed):
        read(streamed(stream("/", says=["ab", "cd"])), [HEAD + broken, b"\r\n" * 4, b"x" * 100_000])


def test_it_is_told_when_the_first_byte_of_a_body_has_come() -> None:
    for expected in (LINED, Learned(LINED.step, True, LINED.request, -1, b"", b"")):
        one = reading.begin(expected, None)
        seen = []
        for piece in (HEAD[:20], HEAD[20:], b"8\r\n", b"piece 0\n", b"\r\n"):
            assert one.feed(expected, piece) is None
            seen.append(one.has_body)
        assert seen == [False, False, False, True, True]


EVENTS = [Event(f"tick {number}", "tick", str(number)) for number in range(4)]
EVENTS_HEAD = HEAD.replace(b"text/plain", b"text/event-stream; charset=utf-8")


@pytest.mark.parametrize(
    "spell", [lambda one: one, lambda one: one.replace("\n", "\r\n"), lambda one: ": hi\n\n" + one]
)
@given(at=cuts)
def test_events_are_judged_by_what_they_say(spell: Callable[[str], str], at: list[int]) -> None:
    expected = streamed(events("/events", says=EVENTS))
    body = spell(str(expected.step.body)).encode()
    assert read(expected, cut(in_chunks(cut(body, at), EVENTS_HEAD), at)) == Verdict(True)
    wrong = read(expected, cut(in_chunks(cut(body.replace(b"tick 3", b"tock 3"), at), EVENTS_HEAD), at))
    assert wrong is not None
    assert not wrong.is_right


# Messages


def messages(says: str | bytes) -> Learned:
    step = sent("/ws", says)
    first = websocket.TEXT_FRAME if isinstance(says, str) else websocket.BINARY_FRAME
    header = websocket.head(first, len(step.content))
    return Learned(step, True, step.request, len(header) + len(step.content), header, step.content)


def opened() -> Frames:
    """A WebSocket after its handshake."""
    one = WebSocket("/ws")
    key = one.to_send().partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0].decode()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    assert one.shake(f"{head}Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n".encode())
    return Frames(one)


sizes = st.sampled_from([0, 1, 125, 126, 65535, 65536])


@given(size=sizes, at=cuts, binary=st.booleans())
def test_a_message_in_one_frame_is_right_at_every_cut(size: int, at: list[int], binary: bool) -> None:
    says: str | bytes = (
        b"\x00\xff" * (size // 2) + b"\r" * (size % 2) if binary else "ü" * (size // 2) + "a" * (size % 2)
    )
    assert read(messages(says), cut(frame(says), at), opened()) == reading.RIGHT


@pytest.mark.usefixtures("unparsed")
@pytest.mark.parametrize("says", ["hello", b"\r\n\r\n" * 100])
def test_a_message_in_one_frame_is_right_without_a_parse(says: str | bytes) -> None:
    whole = frame(says)
    for at in range(1, len(whole)):
        assert read(messages(says), cut(whole, [at]), opened()) == reading.RIGHT


@given(parts=chunkings(b"hello, world"), at=cuts)
def test_a_message_in_several_frames_with_pings_between_is_right(parts: list[bytes], at: list[int]) -> None:
    kinds = [Opcode.TEXT, *[Opcode.CONT] * (len(parts) - 1)]
    wire = b"".join(
        frame(part, opcode=kind, fin=number == len(parts) - 1)
        + (frame(b"?", opcode=Opcode.PING) if number == 0 else b"")
        for number, (part, kind) in enumerate(zip(parts, kinds, strict=True))
        if len(parts) > 1
    ) or frame(b"?", opcode=Opcode.PING) + frame("hello, world")
    assert read(messages("hello, world"), cut(wire, at), opened()) == reading.RIGHT


@pytest.mark.parametrize("wrong", ["hellO", "hell", "hello!", b"hello", ""])
@given(at=cuts)
def test_another_message_is_wrong(wrong: str | bytes, at: list[int]) -> None:
    verdict = read(messages("hello"), cut(frame(wrong), at), opened())
    assert verdict is not None
    assert not verdict.is_right
    assert "WS /ws with 5 bytes of text: expected text/plain 'hello', got" in verdict.difference


@pytest.mark.parametrize(
    "wire",
    [
        b"\x81\x85\x01\x02\x03\x04hello",  # a mask, which only a client sends
        b"\xc1\x05hello",  # a reserved bit, as for compression, which was not agreed on
        b"\x83\x05hello",  # an opcode that is none
        b"\x80\x05hello",  # a continuation of nothing
    ],
)
@given(at=cuts)
def test_broken_frames_are_malformed(wire: bytes, at: list[int]) -> None:
    with pytest.raises(Malformed):
        read(messages("hello"), cut(wire, at), opened())


def test_a_second_message_that_comes_with_the_first_is_malformed() -> None:
    with pytest.raises(Malformed, match="a message that nobody asked for"):
        read(messages("hello"), [frame("hello") * 2], opened())
