"""Chunked bodies (RFC 9112, section 7.1) that are there as a whole."""

import re

SIZE = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n")
"""The line before a chunk; the last chunk has size 0."""


def body(wire: bytes) -> bytes | None:
    """What the chunks hold; None if it is no chunked body, or there is more to it: trailers, or bytes after it."""
    at = 0
    parts: list[bytes] = []
    while (size := SIZE.match(wire, at)) is not None:
        start, end = size.end(), size.end() + int(size[1], 16)
        if not wire.startswith(b"\r\n", end):
            return None
        if start == end:
            return b"".join(parts) if end + 2 == len(wire) else None
        parts.append(wire[start:end])
        at = end + 2
    return None
