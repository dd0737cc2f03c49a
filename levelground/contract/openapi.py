"""Pieces of OpenAPI that several rows are made of."""

from collections.abc import Mapping
from typing import Any

type Piece = dict[str, Any]

EXAMPLE = {"name": "Zoë", "tags": ["a", "b"], "age": 3}


def in_path(name: str, example: str, **more: Any) -> Piece:
    """A parameter of the path: some text, unless `more` says otherwise."""
    text = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": text, "example": example} | more


def text_answer(description: str, schema: Piece, **more: Any) -> Piece:
    return {"description": description, "content": {"text/plain": {"schema": schema} | more}}


def json_answer(description: str, schema: Piece | bool, **more: Any) -> Piece:
    return {"description": description, "content": {"application/json": {"schema": schema} | more}}


def closed(properties: Mapping[str, Any], *, optional: tuple[str, ...] = (), **more: Any) -> Piece:
    """The schema of an object with these keys and no others."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    } | more


JSON_BODY: Piece = {
    "required": True,
    "description": "Any JSON value in UTF-8 of up to 1 MiB (1,048,576 bytes), by `Content-Length` or in chunks",
    "content": {"application/json": {"schema": True, "example": EXAMPLE}},
}
SAME_JSON = json_answer("The same JSON value", True, example=EXAMPLE)
REFUSED: Piece = {"description": "Malformed JSON, or a body of over 1 MiB"}
