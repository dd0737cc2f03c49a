"""What a page of HTML says: its tags and its texts, whatever its white space and however its characters are escaped."""

import json
from html.parser import HTMLParser
from typing import override


def meaning(page: str) -> str:
    """One spelling for all pages that say the same.

    An escaped tag is a text, and so differs from a tag. Comments say nothing.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return json.dumps(reader.parts, ensure_ascii=False, separators=(",", ":"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[list[str | None]] = []

    @override
    def handle_decl(self, decl: str) -> None:
        self.parts.append(["!", decl.lower()])

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(["<", tag, *(one for pair in sorted(attrs, key=lambda pair: pair[0]) for one in pair)])

    @override
    def handle_endtag(self, tag: str) -> None:
        self.parts.append(["/", tag])

    @override
    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.parts.append(["", text])
