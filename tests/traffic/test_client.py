"""The client against servers that answer well, badly, in pieces, late or not at all."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelground.traffic import client
from levelground.traffic.scenario import Transaction, data, empty, text
from tests.server import RESET, Piece, Server, answer

HELLO: Transaction = [text("GET", "/", says="hello world")]
RIGHT = answer(b"hello world")
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
)
Reply = Callable[[int, bytes], Sequence[Piece]]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.2)


@contextmanager
def endpoint(reply: Reply) -> Iterator[tuple[Server, client.Endpoint]]:
    with Server(reply) as server:
        one = client.Endpoint(server.address)
        try:
            yield server, one
        finally:
            one.close()


def burst(
    reply: Reply, transactions: Sequence[Transaction] = (HELLO,), connections: int = 1, learned: bytes | None = None
) -> tuple[Server, client.Burst]:
    """A short burst on a server that answers rightly until it is learned, and then as `reply` says."""
    learning = [True]

    def staged(number: int, request: bytes) -> Sequence[Piece]:
        return [learned] if learning[0] and learned is not None else reply(number, request)

    with endpoint(staged) as (server, one):
        scripts = one.learn([transactions] * connections)
        learning[0] = False
        server.requests.clear()
        one.prepare(connections)
        return server, one.burst(scripts, turn=0, seconds=0.03)


def test_every_right_answer_is_counted_and_timed() -> None:
    server, result = burst(lambda *_: [RIGHT], connections=4)
    assert len(result.latencies_ns) == len(server.requests) > 4
    assert not result.errors
    assert result.seconds >= 0.03
    assert all(0 < latency < 1e9 for latency in result.latencies_ns)
    assert result.received_bytes == len(server.requests) * len(RIGHT)


def test_a_late_answer_has_its_whole_latency() -> None:
    _, result = burst(lambda *_: [0.05, RIGHT], learned=RIGHT)
    assert [latency >= 50_000_000 for latency in result.latencies_ns] == [True]


def test_a_chunked_answer_is_learned_and_recognised() -> None:
    _, result = burst(lambda *_: [CHUNKED])
    assert len(result.latencies_ns) > 1
    assert not result.errors


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(1, len(CHUNKED) - 1), unique=True, max_size=6).map(sorted),
    whole=st.sampled_from([RIGHT, CHUNKED]),
)
def test_an_answer_may_come_in_any_pieces(cuts: list[int], whole: bytes) -> None:
    pieces: list[Piece] = []
    for start, end in pairwise([0, *cuts, len(CHUNKED)]):
        pieces += [whole[start:end], 0.0005]
    _, result = burst(lambda *_: pieces, learned=whole)
    assert len(result.latencies_ns) >= 1
    assert not result.errors


def test_another_right_spelling_is_still_right() -> None:
    spelled = answer(b"hello world", "X-Id: 12345")
    _, result = burst(lambda *_: [spelled], learned=RIGHT)
    assert len(result.latencies_ns) > 1
    assert not result.errors


def test_json_is_judged_by_meaning_not_by_white_space() -> None:
    transaction: Transaction = [data("GET", "/json", says={"a": 1, "b": [2]})]
    tight = answer(b'{"b":[2],"a":1}', media_type="application/json")
    loose = answer(b'{ "a": 1, "b": [2] }', media_type="application/json; charset=utf-8")
    _, result = burst(lambda *_: [loose], [transaction], learned=tight)
    assert len(result.latencies_ns) > 1
    assert not result.errors


@pytest.mark.parametrize(
    "wrong",
    [
        answer(b"hello wurld"),
        answer(b"hello world", status="500 Internal Server Error"),
        answer(b"hello world", media_type="application/json"),
        answer(b""),
    ],
)
def test_a_wrong_answer_is_an_error_and_no_latency(wrong: bytes) -> None:
    server, result = burst(lambda *_: [wrong], learned=RIGHT)
    assert result.latencies_ns == []
    assert result.errors == {"wrong answer": len(server.requests)}
    assert result.example is not None
    assert "GET /: expected 200 text/plain 'hello world', got " in result.example


def test_a_wrong_answer_of_the_right_length_is_found_among_right_ones() -> None:
    def every_third(number: int, _: bytes) -> Sequence[Piece]:
        return [answer(b"hello wOrld") if number % 3 == 0 else RIGHT]

    server, result = burst(every_third, learned=RIGHT)
    assert result.errors["wrong answer"] == len(server.requests) - len(result.latencies_ns) > 0


def test_bytes_after_an_answer_are_an_error() -> None:
    _, result = burst(lambda *_: [RIGHT + b"HTTP/1.1 200 OK\r\n"], learned=RIGHT)
    assert result.errors == {"malformed": 1}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ([None], "closed"),
        ([RIGHT[:-3], None], "closed"),
        ([RESET], "reset"),
        ([], "timeout"),
        ([RIGHT[:-1]], "timeout"),
        ([b"SMTP ready\r\n\r\n"], "malformed"),
    ],
)
def test_what_goes_wrong_with_a_connection_is_named(reply: Sequence[Piece], kind: str) -> None:
    _, result = burst(lambda *_: reply, connections=2, learned=RIGHT)
    assert result.errors == {kind: 2}
    assert result.latencies_ns == []


def test_a_service_that_closes_in_good_order_is_connected_to_again() -> None:
    closing = answer(b"hello world", "Connection: close")
    server, result = burst(lambda *_: [closing, None], learned=RIGHT)
    assert not result.errors
    assert result.reconnects == len(result.latencies_ns) == len(server.requests) > 1


def test_a_refusing_service_is_named_before_the_burst() -> None:
    with endpoint(lambda *_: [RIGHT]) as (server, one):
        server.stop()
        with pytest.raises(client.NoAnswer) as caught:
            one.prepare(1)
        assert caught.value.kind == "refused"


def test_connections_that_were_closed_while_idle_are_opened_again() -> None:
    with endpoint(lambda *_: [RIGHT]) as (server, one):
        scripts = one.learn([[HELLO]])
        one.prepare(1)
        assert not one.burst(scripts, 0, 0.01).errors
        server.hang_up()
        time.sleep(0.01)
        one.prepare(1)
        assert not one.burst(scripts, 0, 0.01).errors


def test_the_number_of_connections_can_change_between_bursts() -> None:
    with endpoint(lambda *_: [RIGHT]) as (_, one):
        for connections in (4, 1, 3):
            scripts = one.learn([[HELLO]] * connections)
            one.prepare(connections)
            assert len(one.burst(scripts, 0, 0.005).latencies_ns) >= connections


def test_a_transaction_once_begun_is_finished() -> None:
    transaction: Transaction = [
        data("PUT", "/items/1", send=1, says=1, status=201),
        data("GET", "/items/1", says=1),
        empty("DELETE", "/items/1", status=204),
    ]

    def reply(_: int, request: bytes) -> Sequence[Piece]:
        if request.startswith(b"PUT"):
            return [0.02, answer(b"1", status="201 Created", media_type="application/json")]
        if request.startswith(b"GET"):
            return [0.02, answer(b"1", media_type="application/json")]
        return [b"HTTP/1.1 204 No Content\r\n\r\n"]

    server, result = burst(reply, [transaction])
    assert not result.errors
    assert [request.split()[0] for request in server.requests] == [b"PUT", b"GET", b"DELETE"]


def test_a_turn_begins_each_connection_at_that_transaction() -> None:
    two: Sequence[Transaction] = [[text("GET", "/greet/a", says="hello a")], [text("GET", "/greet/b", says="hello b")]]

    def greet(_: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"hello " + request.split()[1][-1:])]

    with endpoint(greet) as (server, one):
        scripts = one.learn([two])
        for turn, first in ((0, b"a"), (1, b"b"), (2, b"a"), (7, b"b")):
            server.requests.clear()
            one.prepare(1)
            one.burst(scripts, turn, 0.001)
            assert server.requests[0].split()[1] == b"/greet/" + first


def test_learning_refuses_a_wrong_answer_with_what_was_expected_and_what_came() -> None:
    with (
        endpoint(lambda *_: [answer(b"hi")]) as (_, one),
        pytest.raises(client.WrongAnswer, match="expected 200 text/plain 'hello world', got 200 text/plain b'hi'"),
    ):
        one.learn([[HELLO]])


@pytest.mark.usefixtures("impatient")
def test_a_hanging_service_is_not_learned_but_named() -> None:
    with endpoint(lambda *_: []) as (_, one), pytest.raises(client.NoAnswer, match="no answer within"):
        one.learn([[HELLO]])


def test_identical_transactions_are_learned_once() -> None:
    with endpoint(lambda *_: [RIGHT]) as (server, one):
        scripts: Any = one.learn([[HELLO] * 8] * 4)
        assert len(server.requests) == 1
        assert [len(script) for script in scripts] == [8] * 4
