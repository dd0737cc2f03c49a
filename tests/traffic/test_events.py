"""Server-sent events, as the standard reads them and as services write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelground.traffic import events
from levelground.traffic.events import STYLES, Event, Style, parse, write

words = st.text("abü :", min_size=1, max_size=6).filter(lambda one: not one.startswith(" "))
said = st.lists(st.builds(Event, st.lists(words, min_size=1, max_size=3).map("\n".join), words | st.just(""), words))


@given(said=said, style=st.sampled_from(STYLES))
def test_every_style_says_the_same(said: list[Event], style: Style) -> None:
    assert parse(style.write(said)) == said
    assert parse(write(said).encode()) == said


@pytest.mark.parametrize(
    ("body", "means"),
    [
        (b"data: a\n\ndata:b\n\n", [Event("a"), Event("b")]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [Event("a"), Event("b")]),
        (b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")]),
        (b": a comment\ndata: a\n\n: another\n\n", [Event("a")]),
        (b"retry: 10\nid: 1\nevent: e\ndata: a\n\n", [Event("a", "e", "1")]),
        (b"data: a\ndata: b\n\n", [Event("a\nb")]),
        (b"event: e\n\n", []),
        (b"data: a\n", []),
        (b"data: a", []),
        (b"\xef\xbb\xbfdata: a\n\n", [Event("a")]),
    ],
)
def test_events_are_read_as_the_standard_has_it(body: bytes, means: list[Event]) -> None:
    assert parse(body) == means


def test_styles_differ() -> None:
    telling = [Event("a", "e", "1")]
    assert len({style.write(telling) for style in events.STYLES}) == len(events.STYLES)
