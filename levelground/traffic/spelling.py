"""How a service spells right answers: length of the headers, framing of the body, white space and escapes in JSON.

A service spells all its answers of one kind in the same way, so a few of them tell what thousands of others look like.
A prediction is always a spelling of the right body: an answer that matches it is right.
One that does not match may still be right, and has to be parsed.
"""

import json
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import NamedTuple

from levelground.traffic.step import JSON, Step, without_fractions

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


class Framing(Enum):
    """How the end of a body is told."""

    LENGTH = "Content-Length, or nothing if there is no body"
    CHUNKED = "one chunk, its size in lower case"
    UPPER_CHUNKED = "one chunk, its size in upper case"


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
        text = step.written or step.body
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
    style: Style | None
    """None: text, or no body."""

    def suffix(self, step: Step) -> bytes:
        body = step.body.encode() if self.style is None else self.style.write(step)
        if self.framing is Framing.LENGTH:
            return BLANK_LINE + body
        size = format(len(body), "x" if self.framing is Framing.CHUNKED else "X").encode()
        return BLANK_LINE + (size + b"\r\n" + body + b"\r\n" if body else b"") + b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one service spells its right answers to requests of one kind."""

    prefix: bytes
    head_length: int
    """From the status line to the end of the headers, without the digits of Content-Length."""
    wire: Wire

    def predict(self, step: Step) -> Marks:
        return self.marks(self.wire.suffix(step))

    def marks(self, suffix: bytes) -> Marks:
        """The answer that ends so."""
        length = self.head_length + len(suffix)
        if self.wire.framing is Framing.LENGTH:
            length += _digits(suffix)
        return Marks(length, self.prefix, suffix)


def fit(samples: Sequence[tuple[Step, Marks]]) -> Spelling | None:
    """The spelling that reproduces all these answers of one kind byte for byte; None if no known one does.

    If several do, they differ only in what does not occur in answers of this kind (see `kind`).
    """
    step, seen = samples[0]
    for framing, style in product(Framing, STYLES if step.media_type == JSON else (None,)):
        wire = Wire(framing, style)
        if wire.suffix(step) != seen.suffix:
            continue
        digits = _digits(seen.suffix) if framing is Framing.LENGTH else 0
        spelling = Spelling(seen.prefix, seen.length - len(seen.suffix) - digits, wire)
        if all(spelling.predict(step) == marks for step, marks in samples):
            return spelling
    return None


def kind(step: Step) -> Hashable:
    """Equal for steps whose answers a service is expected to spell in the same way.

    They have the same method, shape of path, names of parameters, status and media type, and their JSON has the same
    features that styles spell differently: what tells two styles apart occurs in every answer of a kind, or in none.
    """
    method, _, target = step.line.partition(" ")
    path, _, query = target.partition("?")
    segments = path.split("/")
    names = tuple(dict.fromkeys(parameter.partition("=")[0] for parameter in query.split("&")))
    features = _features(step) if step.media_type == JSON else ()
    return method, *segments[1:2], len(segments), names, step.status, step.media_type, features


def _features(step: Step) -> tuple[bool, ...]:
    text = step.written or step.body
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
