"""One answer while it comes in: compared piece by piece with what is expected, and parsed in full if it differs.

Every byte of a body is compared, in place: `bytes.startswith` at an offset is a memcmp.
The client's loops recognise an answer that comes in one piece by themselves; this is for all others.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass

from levelground.traffic import chunked, message
from levelground.traffic.pool import Learned
from levelground.traffic.spelling import ANY_CHUNKS, BLANK_LINE
from levelground.traffic.step import BINARY, TEXT
from levelground.traffic.websocket import WebSocket

LONGEST_ANSWER = 1 << 22
"""In bytes, of an answer that is parsed; twice the expected body more."""
_LONGEST_HEAD = 1 << 16
_LONGEST_SIZE_LINE = 256
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,12})(?=\r\n|\Z)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked *(?=\r\n|\Z)", re.IGNORECASE)
_NEEDS_A_PARSE = re.compile(rb"\r\n(?:content-length|connection: *close)", re.IGNORECASE)

Comparison = Generator[bool, bytes, bytes | None]
"""Takes an answer piece by piece, and each time yields whether any of its body has come.

Returns None if the answer is right, or all that came as soon as it differs from what is expected.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a complete answer came to."""

    is_right: bool
    closes: bool = False
    """Whether the service closes the connection after it."""
    difference: str = ""
    """Expected and got, in words, if it is wrong."""


RIGHT = Verdict(True)


def exact(expected: Learned) -> Comparison:
    """With an answer of which nothing but the headers is unknown, and of those not the length."""
    prefix, suffix = expected.prefix, expected.suffix
    head_length = expected.length - len(suffix)
    # A frame's header is all prefix. In HTTP the suffix begins with the blank line.
    blank_line = 0 if expected.step.websocket else len(BLANK_LINE)
    whole = yield False
    while len(whole) < head_length + blank_line:
        ends_early = blank_line and BLANK_LINE in whole
        if ends_early or not (whole.startswith(prefix) or prefix.startswith(whole)):
            return whole
        whole += yield False
    head, at = whole[:head_length], len(whole) - head_length
    if not (head.startswith(prefix) and suffix.startswith(memoryview(whole)[head_length:])):
        return whole
    if at < len(suffix) and blank_line and not _promises(head, suffix):
        return whole
    del whole
    while at < len(suffix):
        data = yield at > blank_line
        if not suffix.startswith(data, at):
            # What is gone was equal to what was expected.
            return head + suffix[:at] + data
        at += len(data)
    return None


def _promises(head: bytes, suffix: bytes) -> bool:
    """Whether headers say that a body as long as this will follow: the rest of a shorter one is not waited for."""
    if _TRANSFER_ENCODING.search(head):
        return suffix.endswith(_LAST_CHUNK)
    length = _CONTENT_LENGTH.search(head)
    return length is not None and int(length[1]) == len(suffix) - len(BLANK_LINE)


def chunks(expected: Learned) -> Comparison:
    """With a body that may come in any chunks."""
    prefix, body = expected.prefix, expected.suffix
    came: list[bytes] = []
    compared = 0
    buffer = yield from _more(came, False)
    while (end := buffer.find(BLANK_LINE)) < 0:
        if len(buffer) > _LONGEST_HEAD or not (buffer.startswith(prefix) or prefix.startswith(buffer)):
            return buffer
        buffer += yield from _more(came, False)
    head, at = buffer[:end], end + len(BLANK_LINE)
    if not head.startswith(prefix) or not _CHUNKED.search(head) or _NEEDS_A_PARSE.search(head):
        return buffer
    while True:
        while (size := chunked.SIZE.match(buffer, at)) is None:
            rest = buffer[at:]
            if b"\n" in rest or len(rest) > _LONGEST_SIZE_LINE:
                return b"".join(came)
            buffer, at = rest + (yield from _more(came, compared > 0)), 0
        left, at = int(size[1], 16), size.end()
        if not left:
            break
        while left:
            part = memoryview(buffer)[at : at + left]
            if not body.startswith(part, compared):
                return b"".join(came)
            compared, left, at = compared + len(part), left - len(part), at + len(part)
            if left:
                buffer, at = (yield from _more(came, compared > 0)), 0
        while len(buffer) < at + 2:
            buffer, at = buffer[at:] + (yield from _more(came, True)), 0
        if not buffer.startswith(b"\r\n", at):
            return b"".join(came)
        at += 2
    while len(buffer) < at + 2:
        buffer, at = buffer[at:] + (yield from _more(came, compared > 0)), 0
    # Trailers, and bytes after the answer, are for the parser.
    return None if buffer[at:] == b"\r\n" and compared == len(body) else b"".join(came)


def _more(came: list[bytes], has_body: bool) -> Generator[bool, bytes, bytes]:
    data = yield has_body
    came.append(data)
    return data


class Whole:
    """Parses an HTTP response in full and judges it by its meaning."""

    def __init__(self) -> None:
        self._parser = message.Parser()
        self._came = 0

    @property
    def has_body(self) -> bool:
        return self._parser.has_body

    def feed(self, expected: Learned, data: bytes) -> Verdict | None:
        """What it comes to, once it is complete. Raises Malformed."""
        self._came += len(data)
        _must_not_be_too_long(expected, self._came)
        response = self._parser.feed(data)
        if response is None:
            return None
        if response.length < self._came:
            raise message.Malformed(f"bytes after the answer: {data[response.length - self._came :][:80]!r}")
        step, closes = expected.step, not response.keep_alive
        if step.accepts(response.status, response.media_type, response.body):
            return Verdict(True, closes)
        got = f"{response.status} {response.media_type or 'without media type'} {response.body[:200]!r}"
        return Verdict(False, closes, f"{_wanted(expected)}, got {got}")


class Frames:
    """Parses the frames of a WebSocket in full; the same for all answers on a connection."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._came = 0

    @property
    def has_body(self) -> bool:
        return self._websocket.has_payload

    def feed(self, expected: Learned, data: bytes) -> Verdict | None:
        """What the message comes to, once it is complete. Raises Malformed, Closed."""
        self._came += len(data)
        _must_not_be_too_long(expected, self._came)
        came = self._websocket.feed(data)
        if self._websocket.is_between_frames:
            self._came = 0
        if came is None:
            return None
        is_text, payload = came
        media_type = TEXT if is_text else BINARY
        if expected.step.accepts(0, media_type, payload):
            return Verdict(True, self._websocket.is_closed)
        return Verdict(False, self._websocket.is_closed, f"{_wanted(expected)}, got {media_type} {payload[:200]!r}")


class Answer:
    """One answer while it comes in."""

    __slots__ = ("_comparison", "_has_body", "_parser", "received")

    def __init__(self, comparison: Comparison | None, parser: Whole | Frames) -> None:
        self._comparison = comparison
        self._parser = parser
        self._has_body = False
        self.received = 0
        """Bytes so far."""
        if comparison is not None:
            next(comparison)

    @property
    def has_body(self) -> bool:
        """Whether any of the body has come."""
        return self._has_body or self._parser.has_body

    def feed(self, expected: Learned, data: bytes) -> Verdict | None:
        """What it comes to, once it is complete. Raises Malformed, Closed."""
        self.received += len(data)
        if self._comparison is not None:
            try:
                self._has_body = self._comparison.send(data)
            except StopIteration as over:
                if over.value is None:
                    return RIGHT
                self._comparison, data = None, over.value
            else:
                return None
        return self._parser.feed(expected, data)


def begin(expected: Learned, frames: Frames | None) -> Answer:
    """The answer that is expected, before anything of it has come."""
    comparison = None
    if expected.length >= 0:
        comparison = exact(expected)
    elif expected.length == ANY_CHUNKS:
        comparison = chunks(expected)
    return Answer(comparison, frames or Whole())


def _must_not_be_too_long(expected: Learned, came: int) -> None:
    longest = LONGEST_ANSWER + 2 * len(expected.step.body)
    if came > longest:
        raise message.Malformed(f"over {longest:,} bytes as the answer to {expected.step.line}")


def _wanted(expected: Learned) -> str:
    step = expected.step
    status = f"{step.status} " if step.status else ""
    return f"{step.line}: expected {status}{step.media_type or 'without a body'} {step.body[:200]!r}"
