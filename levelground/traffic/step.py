"""A request as bytes, and the answer that is right for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from levelground.stand.catalog import POSTGRES, UPSTREAM
from levelground.traffic import events, markup

TEXT, JSON, HTML = "text/plain", "application/json", "text/html"
EVENTS, BINARY = "text/event-stream", "application/octet-stream"
HOST = "level.ground"
"""The Host header of every request, whichever service it goes to: identical traffic is identical bytes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a transaction, and what is right as its answer."""

    request: bytes
    """In HTTP, or the masked frames of one WebSocket message."""
    status: int
    """0: the answer is a WebSocket message, which has none."""
    media_type: str | None
    """Of a WebSocket message TEXT or BINARY."""
    body: str | bytes
    """Text, JSON in its canonical form, the meaning of a page, events as `events.write` has them, or bytes.

    "" if the answer has no body.
    """
    written: str = ""
    """JSON as the scenario wrote it, with its order of keys and its 100.0; "" if that is the canonical form."""
    streams: bool = False
    """Whether the body comes piece by piece: then the time to its first byte is measured too."""
    websocket: str = ""
    """The path of the WebSocket that the request is a message of; "" for an HTTP request."""
    statements: int = 0
    """How many statements of the database its answer is worth, if nothing was cached or put together."""
    quotes: int = 0
    """How many quotes of the upstream its answer is worth."""

    @property
    def asks(self) -> Mapping[str, int]:
        """How often its service has to ask each helper for the answer; without those that it need not ask."""
        every = {POSTGRES: self.statements, UPSTREAM: self.quotes}
        return {name: times for name, times in every.items() if times}

    @property
    def line(self) -> str:
        """Method and target, for messages."""
        if self.websocket:
            kind = "binary" if self.media_type == BINARY else "text"
            return f"WS {self.websocket} with {len(self.content):,} bytes of {kind}"
        return self.request.partition(b" HTTP/")[0].decode()

    @property
    def content(self) -> bytes:
        """The body in bytes."""
        return self.body if isinstance(self.body, bytes) else self.body.encode()

    def accepts(self, status: int, media_type: str | None, body: bytes) -> bool:
        """Whether an answer says what it should: status, media type, decoded body."""
        if status != self.status:
            return False
        if self.media_type is None:
            return not body
        if media_type != self.media_type:
            return False
        try:
            if media_type in (JSON, HTML):
                return self.body == meaning(media_type, body)
            if media_type == EVENTS:
                return events.parse(self.content) == events.parse(body)
        except (ValueError, RecursionError):
            return False
        return self.content == body


Transaction = Sequence[Step]
"""The steps that one connection sends one after the other, and always to the end."""


def meaning(media_type: str, body: bytes) -> str:
    """What a body says, in the spelling that a step has it in. Raises ValueError, RecursionError if it says nothing."""
    match media_type:
        case "application/json":
            return canonical(json.loads(body))
        case "text/html":
            return markup.meaning(body.decode())
    return body.decode()


def canonical(value: object) -> str:
    """One spelling for all JSON that means the same: 1.0 and 1 are one number, as they are in JavaScript."""
    return json.dumps(without_fractions(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def compact(value: object) -> str:
    """JSON without white space, in the order of its keys, with the numbers as Python writes them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def without_fractions(value: object) -> object:
    """The same value, with integers in place of floats that have no fraction."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: without_fractions(one) for key, one in value.items()}
        case list():
            return [without_fractions(one) for one in value]
    return value
