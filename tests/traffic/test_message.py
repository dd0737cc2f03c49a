"""Responses, parsed in full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelground.traffic import message
from tests.server import answer

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"


def test_a_response_says_where_it_ended() -> None:
    whole = answer(b"abc")
    response = message.parse(whole + b"surplus")
    assert response is not None
    assert (response.status, response.body, response.length) == (200, b"abc", len(whole))
    assert whole[response.head_length :] == b"abc"


def test_a_chunked_body_is_put_together() -> None:
    response = message.parse(CHUNKED)
    assert response is not None
    assert (response.body, response.length) == (b"abc", len(CHUNKED))


@given(st.sampled_from([answer(b"abc"), CHUNKED, b"HTTP/1.1 204 No Content\r\n\r\n"]), st.data())
def test_part_of_a_response_is_no_response_yet(whole: bytes, data: st.DataObject) -> None:
    assert message.parse(whole[: data.draw(st.integers(0, len(whole) - 1))]) is None


@pytest.mark.parametrize(
    ("header", "keeps"), [("X: 1", True), ("Connection: close", False), ("Connection: keep-alive", True)]
)
def test_a_response_says_whether_its_connection_lives_on(header: str, keeps: bool) -> None:
    response = message.parse(answer(b"abc", header))
    assert response is not None
    assert response.keep_alive is keeps


def test_an_answer_of_http_1_0_ends_its_connection() -> None:
    response = message.parse(answer(b"abc").replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert response is not None
    assert not response.keep_alive


@pytest.mark.parametrize(
    "junk", [b"SMTP ready\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_response_is_malformed(junk: bytes) -> None:
    with pytest.raises(message.Malformed):
        message.parse(junk)
