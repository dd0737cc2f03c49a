"""The client against servers that answer well, badly, in pieces, late or not at all."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelground.traffic import client, message, scenario
from levelground.traffic.scenario import Transaction, data, empty, text
from tests.server import RESET, Piece, Server, answer

HELLO: Transaction = [text("GET", "/", says="hello world")]
RIGHT = answer(b"hello world")
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
)
TRICKLE: Sequence[Piece] = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n",
    *cast("list[Piece]", [b" ", 0.02]) * 3000,
]
"""An answer that takes a minute."""
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
    reply: Reply,
    transactions: Sequence[Transaction] = (HELLO,),
    connections: int = 1,
    learned: bytes | None = None,
    answers: int = 0,
) -> tuple[Server, client.Burst]:
    """A short burst on a server that answers rightly until it is learned, and then as `reply` says.

    On a busy host it may be too short for so many answers: then another one is tried.
    """
    learning = [True]

    def staged(number: int, request: bytes) -> Sequence[Piece]:
        return [learned] if learning[0] and learned is not None else reply(number, request)

    with endpoint(staged) as (server, one):
        scripts = one.learn([transactions] * connections)
        learning[0] = False
        for _ in range(100):
            server.requests.clear()
            one.prepare(connections)
            result = one.burst(scripts, turn=0, seconds=0.03)
            if result.answers >= answers:
                break
        return server, result


def test_what_the_generator_waits_for_a_slow_service_is_told_apart_from_its_work() -> None:
    _, seen = burst(lambda *_: [0.02, RIGHT])
    assert seen.answers
    assert 0 < seen.generator_ns / 1e9 < 0.7 * seen.seconds


def test_every_right_answer_is_counted_and_timed() -> None:
    server, result = burst(lambda *_: [RIGHT], connections=4, answers=5)
    assert len(result.latencies_ns) == len(server.requests) > 4
    assert not result.errors
    assert result.seconds > 0
    assert all(0 < latency < 1e9 for latency in result.latencies_ns)
    assert result.received_bytes == len(server.requests) * len(RIGHT)


def test_a_late_answer_has_its_whole_latency() -> None:
    _, result = burst(lambda *_: [0.05, RIGHT], learned=RIGHT)
    assert [latency >= 50_000_000 for latency in result.latencies_ns] == [True]


def test_a_chunked_answer_is_learned_and_recognised() -> None:
    _, result = burst(lambda *_: [CHUNKED], answers=2)
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
    _, result = burst(lambda *_: [spelled], learned=RIGHT, answers=2)
    assert len(result.latencies_ns) > 1
    assert not result.errors


def test_json_is_judged_by_meaning_not_by_white_space() -> None:
    transaction: Transaction = [data("GET", "/json", says={"a": 1, "b": [2]})]
    tight = answer(b'{"b":[2],"a":1}', media_type="application/json")
    loose = answer(b'{ "a": 1, "b": [2] }', media_type="application/json; charset=utf-8")
    _, result = burst(lambda *_: [loose], [transaction], learned=tight, answers=2)
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
    server, result = burst(lambda *_: [closing, None], learned=RIGHT, answers=2)
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


def test_a_request_longer_than_the_sockets_buffer_is_sent_as_a_whole() -> None:
    long = "x" * (1 << 23)
    transaction: Transaction = [data("POST", "/echo", send=long, says="ok"), text("GET", "/", says="hello world")]

    def reply(_: int, request: bytes) -> Sequence[Piece]:
        return [answer(b'"ok"', media_type="application/json") if request.startswith(b"POST") else RIGHT]

    server, result = burst(reply, [transaction, transaction[::-1]])
    assert not result.errors
    assert {len(request) for request in server.requests} == {len(step.request) for step in transaction}


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


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_trickles_is_not_learned_but_named() -> None:
    pieces: list[Piece] = [piece for at in range(len(RIGHT)) for piece in (RIGHT[at : at + 1], 0.02)]
    with endpoint(lambda *_: pieces) as (_, one), pytest.raises(client.NoAnswer, match="no answer within"):
        one.learn([[HELLO]])


def test_learning_as_a_whole_takes_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LEARN_SECONDS", 0.2)
    many = [[text("GET", f"/{number}", says="hello world")] for number in range(100)]
    with endpoint(lambda *_: [0.02, RIGHT]) as (_, one), pytest.raises(client.NoAnswer, match=r"takes over 0\.2 s"):
        one.learn([many])


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_trickles_ends_a_burst() -> None:
    _, result = burst(lambda number, _: TRICKLE if number == 0 else [RIGHT], connections=2, learned=RIGHT, answers=2)
    assert result.errors == {"timeout": 1}
    assert result.starved == 1
    assert result.answers > 1


def test_an_answer_without_end_is_cut_off() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    _, result = burst(lambda *_: [head, *[b" " * 100_000] * 10_000], learned=RIGHT)
    assert result.errors == {"malformed": 1}


@pytest.mark.usefixtures("impatient")
def test_closing_twice_closes_nothing_of_others() -> None:
    one = client.Endpoint(("127.0.0.1", 1))
    one.close()
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
    one.close()
    for descriptor in others:
        os.close(descriptor)


@pytest.mark.parametrize(
    "use",
    [
        lambda one: one.learn([[HELLO]]),
        lambda one: one.prepare(1),
        lambda one: one.burst([], 0, 0.0),
        lambda one: one.release([], 0, [], 0.0),
    ],
)
def test_a_closed_endpoint_is_of_no_use(use: Callable[[client.Endpoint], object]) -> None:
    with Server(lambda *_: [RIGHT]) as server:
        one = client.Endpoint(server.address)
        one.close()
        with pytest.raises(ValueError, match="closed"):
            use(one)
        assert server.connections == 0


def test_a_service_that_always_closes_after_an_answer_is_learned_and_served() -> None:
    closing = answer(b"hello world", "Connection: close")
    server, result = burst(lambda *_: [closing, None], answers=2)
    assert not result.errors
    assert result.reconnects == len(result.latencies_ns) == len(server.requests) > 1


def test_a_slice_opens_what_the_slice_before_lost() -> None:
    with endpoint(lambda number, _: [None] if number == 1 else [RIGHT]) as (_, one):
        scripts = one.learn([[HELLO]] * 2)
        one.prepare(2)
        assert one.burst(scripts, 0, 0.0).errors == {"closed": 1}
        result = one.burst(scripts, 0, 0.0)
        assert (result.answers, result.errors) == (2, {})


def test_the_same_step_may_end_one_transaction_and_begin_another() -> None:
    with endpoint(lambda *_: [RIGHT]) as (_, one):
        scripts = one.learn([[HELLO, [*HELLO, *HELLO]]])
        assert [learned.ends for learned in scripts[0]] == [True, False, True]


def test_identical_transactions_are_learned_once() -> None:
    with endpoint(lambda *_: [RIGHT]) as (server, one):
        scripts: Any = one.learn([[HELLO] * 8] * 4)
        assert len(server.requests) == 1
        assert [len(script) for script in scripts] == [8] * 4


# Answers that are predicted from a sample

MANY = 400


def values(number: int) -> list[Transaction]:
    return [[data("GET", f"/query?name={one}", says={"name": [f"n{one}"], "age": one / 4})] for one in range(number)]


def query(spell: Callable[[object], str], lies_about: int | None = None) -> Reply:
    """A service that answers `values`, one of them wrongly."""

    def reply(_: int, request: bytes) -> Sequence[Piece]:
        one = int(request.split()[1].partition(b"=")[2])
        said = {"name": [f"n{one + 1 if one == lies_about else one}"], "age": one / 4}
        return [answer(spell(said).encode(), media_type="application/json")]

    return reply


def spaced(value: object) -> str:
    return json.dumps(value)


def indented(value: object) -> str:
    return json.dumps(value, indent=1)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The answers that are parsed in full, as far as they had come when that began."""
    seen: list[bytes] = []

    class Parser(message.Parser):
        begun = False

        def feed(self, data: bytes) -> message.Response | None:
            if not self.begun:
                self.begun = True
                seen.append(data)
            return super().feed(data)

    monkeypatch.setattr(message, "Parser", Parser)
    return seen


def test_answers_that_were_not_asked_for_are_recognised_without_a_parse(parsed: list[bytes]) -> None:
    with endpoint(query(spaced)) as (server, one):
        scripts = one.learn([values(MANY)])
        assert len(server.requests) == len(parsed) < MANY / 4
        assert scripts.warning is None
        one.prepare(1)
        result = one.burst(scripts, 200, 0.1)
        assert (result.answers, result.errors) == (len(server.requests) - len(parsed), {})
        assert len(parsed) < MANY / 4


@pytest.mark.parametrize("cut", [len(RIGHT) - len(b"hello world"), len(RIGHT) - 3])
def test_an_expected_answer_in_two_pieces_is_recognised_without_a_parse(parsed: list[bytes], cut: int) -> None:
    _, result = burst(lambda *_: [RIGHT[:cut], 0.003, RIGHT[cut:]], learned=RIGHT)
    assert result.answers >= 1
    assert not result.errors
    assert parsed == [RIGHT]


@pytest.mark.parametrize("header", ["X-Id: 1", "Content-Length-Not: 999", "X:\tcontent-length: 99"])
@pytest.mark.usefixtures("impatient")
def test_another_right_answer_in_two_pieces_is_right(header: str) -> None:
    spelled = answer(b"hello world", header)
    cut = len(spelled) - len(b"hello world")
    _, result = burst(lambda *_: [spelled[:cut], 0.003, spelled[cut:]], learned=RIGHT)
    assert result.answers >= 1
    assert not result.errors


@pytest.mark.parametrize("cut", range(CHUNKED.index(b"\r\n\r\n") + 4, len(CHUNKED), 4))
def test_a_chunked_answer_in_two_pieces_is_recognised_without_a_parse(parsed: list[bytes], cut: int) -> None:
    _, result = burst(lambda *_: [CHUNKED[:cut], 0.003, CHUNKED[cut:]], learned=CHUNKED)
    assert result.answers >= 1
    assert not result.errors
    assert parsed == [CHUNKED]


@pytest.mark.usefixtures("impatient")
def test_a_length_that_does_not_count_is_not_waited_for() -> None:
    both = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 999\r\n\r\n", 1)
    _, result = burst(lambda *_: [both], learned=RIGHT)
    assert result.answers >= 1
    assert not result.errors


@pytest.mark.parametrize("wrong", [answer(b"hello wurld"), answer(b"hello"), answer(b"hello world, and more")])
def test_a_wrong_answer_in_two_pieces_is_wrong(wrong: bytes) -> None:
    cut = wrong.index(b"\r\n\r\n") + 4
    server, result = burst(lambda *_: [wrong[:cut], 0.003, wrong[cut:]], learned=RIGHT)
    assert result.errors == {"wrong answer": len(server.requests)}


def test_answers_in_no_known_spelling_are_parsed_and_right(parsed: list[bytes]) -> None:
    with endpoint(query(indented)) as (_, one):
        scripts = one.learn([values(MANY)])
        assert scripts.warning is not None
        learning = len(parsed)
        one.prepare(1)
        result = one.burst(scripts, 200, 0.02)
        assert result.answers == len(parsed) - learning > 0
        assert not result.errors


@pytest.mark.parametrize("spell", [spaced, indented])
@pytest.mark.parametrize("loop", ["closed", "open"])
def test_a_wrong_answer_that_was_not_asked_for_is_found(spell: Callable[[object], str], loop: str) -> None:
    with endpoint(query(spell, lies_about=201)) as (_, one):
        scripts = one.learn([values(MANY)])
        one.prepare(1)
        result = one.release(scripts, 200, [0] * 3, 0.01) if loop == "open" else one.burst(scripts, 201, 0.0)
        assert result.errors == {"wrong answer": 1}
        assert result.answers == (2 if loop == "open" else 0)
        assert "GET /query?name=201: expected 200 application/json" in str(result.example)


def test_an_item_lives_and_dies_while_it_is_learned() -> None:
    store: dict[bytes, bytes] = {}

    def serve(_: int, request: bytes) -> Sequence[Piece]:
        method, path = request.split()[:2]
        if method == b"PUT":
            known, store[path] = path in store, request.partition(b"\r\n\r\n")[2]
            status = "200 OK" if known else "201 Created"
            return [answer(store[path], status=status, media_type="application/json")]
        if method == b"GET":
            return [answer(store[path], media_type="application/json")]
        del store[path]
        return [b"HTTP/1.1 204 No Content\r\n\r\n"]

    with endpoint(serve) as (server, one):
        (items,) = scenario.select(scenario.read(), ["items"])
        scripts = one.learn(items.render(1, 2))
        assert len(server.requests) < 100
        one.prepare(2)
        result = one.burst(scripts, 1000, 0.05)
    assert not result.errors
    assert result.answers > 4
    assert store == {}
