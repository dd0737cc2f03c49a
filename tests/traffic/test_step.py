"""Answers, judged by meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelground.traffic.scenario import data, empty, page, text
from levelground.traffic.step import HTML, JSON, TEXT, Step


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_spelling_of_the_same_json_is_accepted(value: object) -> None:
    step = data("GET", "/", says=value)
    assert step.accepts(200, JSON, json.dumps(value, indent=1).encode())
    assert step.accepts(200, JSON, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    assert not step.accepts(200, JSON, json.dumps([value]).encode())


@pytest.mark.parametrize("body", [b'{"price": [100.0, 1e2]}', b'{"price": [100, 100]}'])
def test_a_number_is_the_same_with_and_without_its_fraction(body: bytes) -> None:
    assert data("GET", "/", says={"price": [100.0, 100]}).accepts(200, JSON, body)


@pytest.mark.parametrize(
    ("step", "status", "media_type", "body"),
    [
        (text("GET", "/", says="a"), 201, TEXT, b"a"),
        (text("GET", "/", says="a"), 200, "text/html", b"a"),
        (text("GET", "/", says="a"), 200, None, b"a"),
        (text("GET", "/", says="ü"), 200, TEXT, "ü".encode("latin-1")),
        (data("GET", "/", says=1), 200, JSON, b"not json"),
        (data("GET", "/", says=1), 200, JSON, b"true"),
        (empty("DELETE", "/", status=204), 204, None, b"x"),
    ],
)
def test_what_differs_in_status_media_type_or_body_is_not_accepted(
    step: Step, status: int, media_type: str | None, body: bytes
) -> None:
    assert not step.accepts(status, media_type, body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b"1" * 5000])
def test_json_that_cannot_be_decoded_is_not_accepted(body: bytes) -> None:
    assert not data("GET", "/", says=1).accepts(200, JSON, body)


def test_a_page_is_accepted_by_what_it_says() -> None:
    step = page("/", query={}, says="<p>a &amp; b</p>")
    assert step.accepts(200, HTML, b"<p>\n  a &#38; b\n</p>\n")
    for status, media_type, body in (
        (200, HTML, b"<p>a &amp; c</p>"),
        (200, TEXT, b"<p>a &amp; b</p>"),
        (404, HTML, b"<p>a &amp; b</p>"),
        (200, HTML, b"<p>\xff</p>"),
    ):
        assert not step.accepts(status, media_type, body)


def test_a_step_is_told_by_its_request() -> None:
    assert text("GET", "/greet/ü?a=1", says="").line == "GET /greet/%C3%BC?a=1"
