"""How a service spells right answers: length of the headers, framing of the body, white space and escapes in JSON.

Bodies that come piece by piece are known but for their chunks, and so are events but for how a service writes them.

A service spells all its answers of one kind in the same way, so a few of them tell what thousands of others look like.
A prediction is always a spelling of the right body: an answer that matches it is right.
One that does not match may still be right, and has to be parsed.
"""

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import NamedTuple

from levelground.traffic import chunked, events
from levelground.traffic.step import EVENTS, JSON, TEXT, Step, without_fractions
from levelground.traffic.websocket import BINARY_FRAME, TEXT_FRAME, head

BLANK_LINE = b"\r\n\r\n"


class Marks(NamedTuple):
    """What a right answer is recognised by without a parse: between prefix and suffix are only headers."""

    length: int
    """Of the whole answer, in bytes."""
    prefix: bytes
    """The beginning of the status line, with the status."""
    suffix: bytes
    """The blank line after the headers and the body, as framed on the wire."""


NO_MARKS = Marks(-1, b"", b"")
"""No answer has these, so every answer is parsed."""
ANY_CHUNKS = -2
"""In place of a length: the suffix is the body alone, which may come in any chunks."""


class Framing(Enum):
    """How the end of a body is told."""

    LENGTH = "Content-Length, or nothing if there is no body"
    CHUNKED = "one chunk, its size in lower case"
    UPPER_CHUNKED = "one chunk, its size in upper case"
    ANY_CHUNKS = "any number of chunks of any size"
    FRAME = "one frame of a WebSocket"


EXACT = (Framing.LENGTH, Framing.CHUNKED, Framing.UPPER_CHUNKED)
"""Those that leave nothing of an HTTP answer open."""


class Escapes(Enum):
    """What a JSON encoder escapes beyond what it has to."""

    NOTHING = ()
    HTML = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))  # Go
    SLASHES = (("/", "\\/"),)  # ujson
    END_TAGS = (("</", "<\\/"),)  # Tornado


@dataclass(frozen=True, slots=True)
class Style:
    """How a JSON encoder writes a value.

    Not modelled: indentation, an order of keys of the service's own, and numbers with an exponent where an encoder
    writes them unlike Python.
    """

    compact: bool
    """No space after commas and colons."""
    ascii: bool
    """Characters beyond ASCII are escaped."""
    escapes: Escapes
    sorted: bool
    """By key; else in the order of the scenario's file."""
    fractions: bool
    """100.0 is not shortened to 100."""
    newline: bool
    """At the end."""

    def write(self, step: Step) -> bytes:
        """The body of the right answer."""
        text = step.written or str(step.body)
        if self.ascii or self.sorted or not (self.compact and self.fractions):
            value = json.loads(text)
            text = json.dumps(
                value if self.fractions else without_fractions(value),
                sort_keys=self.sorted,
                ensure_ascii=self.ascii,
                separators=(",", ":") if self.compact else (", ", ": "),
            )
        # All of these can only stand within strings.
        for plain, escaped in self.escapes.value:
            text = text.replace(plain, escaped)
        return (text + "\n" if self.newline else text).encode()


STYLES = tuple(
    Style(compact, ascii, escapes, sorted, fractions, newline)
    for newline, sorted, fractions, escapes, ascii, compact in product(
        (False, True), (False, True), (True, False), Escapes, (False, True), (True, False)
    )
)
"""All styles that are known, the usual ones first."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How bodies of one kind look on the wire."""

    framing: Framing
    style: Style | events.Style | None
    """None: text, bytes, or no body."""

    def body(self, step: Step) -> bytes:
        match self.style:
            case None:
                return step.content
            case Style():
                return self.style.write(step)
        return self.style.write(events.parse(step.content))

    def suffix(self, step: Step) -> bytes:
        body = self.body(step)
        if self.framing in (Framing.ANY_CHUNKS, Framing.FRAME):
            return body
        if self.framing is Framing.LENGTH:
            return BLANK_LINE + body
        size = format(len(body), "x" if self.framing is Framing.CHUNKED else "X").encode()
        return BLANK_LINE + (size + b"\r\n" + body + b"\r\n" if body else b"") + b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one service spells its right answers to requests of one kind."""

    prefix: bytes
    """Of a frame its first byte."""
    head_length: int
    """From the status line to the end of the headers, without the digits of Content-Length."""
    wire: Wire

    def predict(self, step: Step) -> Marks:
        return self.marks(self.wire.suffix(step))

    def marks(self, suffix: bytes) -> Marks:
        """The answer that ends so."""
        if self.wire.framing is Framing.ANY_CHUNKS:
            return Marks(ANY_CHUNKS, self.prefix, suffix)
        if self.wire.framing is Framing.FRAME:
            header = head(self.prefix[0], len(suffix))
            return Marks(len(header) + len(suffix), header, suffix)
        length = self.head_length + len(suffix)
        if self.wire.framing is Framing.LENGTH:
            length += _digits(suffix)
        return Marks(length, self.prefix, suffix)


def fit(samples: Sequence[tuple[Step, Marks]], *, in_any_chunks: bool = False) -> Spelling | None:
    """The spelling that reproduces all these answers of one kind byte for byte; None if no known one does.

    If several do, they differ only in what does not occur in answers of this kind (see `kind`).
    Where chunks are free, because a step says so or `in_any_chunks`, it reproduces the bodies.
    """
    step, seen = samples[0]
    if step.websocket:
        first = TEXT_FRAME if step.media_type == TEXT else BINARY_FRAME
        frame = Spelling(bytes([first]), 0, Wire(Framing.FRAME, None))
        # Any: a ping may have come with an answer.
        return frame if any(frame.predict(step) == marks for step, marks in samples) else None
    styles = _STYLES.get(step.media_type, (None,))
    if step.streams or in_any_chunks:
        bodies = [(step, chunked.body(marks.suffix.removeprefix(BLANK_LINE))) for step, marks in samples]
        for style in styles:
            wire = Wire(Framing.ANY_CHUNKS, style)
            if all(wire.body(step) == body for step, body in bodies):
                return Spelling(seen.prefix, 0, wire)
        return None
    for framing, style in product(EXACT, styles):
        wire = Wire(framing, style)
        if wire.suffix(step) != seen.suffix:
            continue
        digits = _digits(seen.suffix) if framing is Framing.LENGTH else 0
        spelling = Spelling(seen.prefix, seen.length - len(seen.suffix) - digits, wire)
        if all(spelling.predict(step) == marks for step, marks in samples):
            return spelling
    return None


_STYLES: Mapping[str | None, Sequence[Style | events.Style | None]] = {JSON: STYLES, EVENTS: events.STYLES}


def kind(step: Step) -> Hashable:
    """Equal for steps whose answers a service is expected to spell in the same way.

    They have the same method, shape of path, names of parameters, status and media type, and their JSON has the same
    features that styles spell differently: what tells two styles apart occurs in every answer of a kind, or in none.
    """
    if step.websocket:
        return step.websocket, step.media_type
    method, _, target = step.line.partition(" ")
    path, _, query = target.partition("?")
    segments = path.split("/")
    names = tuple(dict.fromkeys(parameter.partition("=")[0] for parameter in query.split("&")))
    features: tuple[bool, ...] = ()
    if step.media_type == JSON:
        features = _features(step)
    elif step.media_type == EVENTS:
        said = events.parse(step.content)
        features = (any(one.event for one in said), any(one.id for one in said))
    return method, *segments[1:2], len(segments), names, step.status, step.media_type, features


def _features(step: Step) -> tuple[bool, ...]:
    text = step.written or str(step.body)
    bare = _STRING.sub("", text)
    whole = bool(_WHOLE.search(bare))
    # Without a fraction to shorten, what was written differs from the canonical form in the order of its keys alone.
    unsorted = bool(step.written) and (not whole or text != _sorted(text))
    return unsorted, whole, "," in bare or ":" in bare, *(bool(one.search(text)) for one in _IN_STRINGS)


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_WHOLE = re.compile(r"\.0(?!\d)|e\+")
"""A number with a fraction of nothing."""
_IN_STRINGS = tuple(map(re.compile, ("[<>&]", "[\u2028\u2029]", "[^\0-~\u2028\u2029]", "</", "(?<!<)/")))


def _digits(suffix: bytes) -> int:
    """Of the Content-Length of the body that follows the blank line."""
    return len(str(len(suffix) - len(BLANK_LINE)))
