"""A request as bytes, and the answer that is right for it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from levelground.traffic import markup

TEXT, JSON, HTML = "text/plain", "application/json", "text/html"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a transaction, and what is right as its answer."""

    request: bytes
    status: int
    media_type: str | None
    body: str
    """Text, JSON in its canonical form, or the meaning of a page; "" if the answer has no body."""
    written: str = ""
    """JSON as the scenario wrote it, with its order of keys and its 100.0; "" if that is the canonical form."""

    @property
    def line(self) -> str:
        """Method and target, for messages."""
        return self.request.partition(b" HTTP/")[0].decode()

    def accepts(self, status: int, media_type: str | None, body: bytes) -> bool:
        """Whether an answer says what it should: status, media type, decoded body."""
        if status != self.status:
            return False
        if self.media_type is None:
            return not body
        if media_type != self.media_type:
            return False
        try:
            return self.body == meaning(media_type, body)
        except (ValueError, RecursionError):
            return False


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
