"""Connections that the service closes while nothing is asked on them, as servers do after some seconds."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from levelground.traffic import client, connection
from tests.server import RESET, Piece, Server, answer
from tests.traffic.test_client import HELLO, RIGHT, Reply, endpoint
from tests.traffic.test_openloop import MS

CLOSING: Sequence[Piece] = [RIGHT, None]
"""The right answer, and then the connection is closed without a word of it in the answer."""
Run = Callable[[client.Endpoint, Sequence[client.Script]], client.Burst]


@pytest.fixture
def soon_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection counts as idle after 50 ms."""
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)


@contextmanager
def learned(reply: Reply, connections: int) -> Iterator[tuple[Server, client.Endpoint, Sequence[client.Script]]]:
    """Open connections to a server that answered rightly until now, and from now on as `reply` says."""
    learning = [True]

    def staged(number: int, request: bytes) -> Sequence[Piece]:
        return [RIGHT] if learning else reply(number, request)

    with endpoint(staged) as (server, one):
        scripts = one.learn([[HELLO]] * connections)
        one.prepare(connections)
        while server.connections < connections + 1:
            time.sleep(0.001)
        learning.clear()
        server.requests.clear()
        yield server, one, scripts


def release(reply: Reply, due_ms: Sequence[float], connections: int = 2, seconds: float = 0.05) -> client.Burst:
    with learned(reply, connections) as (_, one, scripts):
        return one.release(scripts, 0, [int(ms * MS) for ms in due_ms], seconds)


# Free connections of an open loop


def test_a_free_connection_that_the_server_closes_costs_no_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DRAIN_SECONDS", 60.0)
    began = time.monotonic()
    result = release(lambda *_: CLOSING, [0, 1])
    assert (result.answers, result.unanswered, result.errors) == (2, 0, {})
    assert time.monotonic() - began < 30


def test_a_free_connection_that_the_server_closes_is_a_reconnect_and_no_error() -> None:
    result = release(lambda *_: CLOSING, [0, 200, 400, 600], seconds=0.8)
    assert (result.answers, result.errors) == (4, {})
    # What a busy host closes only after the slice is no reconnect of this slice.
    assert result.reconnects in (3, 4)


def test_a_free_connection_may_be_reset_as_well() -> None:
    result = release(lambda *_: [RIGHT, 0.05, RESET], [0, 300], seconds=0.5)
    assert (result.answers, result.errors) == (2, {})
    assert result.reconnects in (1, 2)


def test_the_connections_of_a_slice_are_all_there_in_the_next() -> None:
    with learned(lambda *_: CLOSING, 3) as (server, one, scripts):
        for number in range(3):
            one.prepare(3)
            result = one.release(scripts, 0, [0, MS, 2 * MS], 0.05)
            assert (result.answers, result.errors) == (3, {})
            while server.closed < 3 * (number + 1):
                time.sleep(0.001)


def connections_at_each_request(due_ms: Sequence[float]) -> list[int]:
    """How many connections the server has seen by each request, when it closes the first connection early."""
    seen: list[int] = []

    def note(number: int, _: bytes) -> Sequence[Piece]:
        seen.append(server.connections)
        return CLOSING if number == 0 else [RIGHT]

    with learned(note, 2) as (server, one, scripts):
        assert one.release(scripts, 0, [int(ms * MS) for ms in due_ms], 0.5).reconnects == 1
        before = seen[0]
        return [connections - before for connections in seen]


def test_it_is_opened_again_before_it_is_needed() -> None:
    assert connections_at_each_request([0, 200]) == [0, 1]


def test_opening_it_again_waits_while_a_request_is_due_that_another_connection_can_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "_REOPEN_NS", 10**10)
    assert connections_at_each_request([0, 100, 200]) == [0, 0, 0]


def test_opening_it_again_does_not_wait_if_a_request_has_no_other_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_REOPEN_NS", 10**10)
    result = release(lambda *_: CLOSING, [0, 400, 800], connections=1, seconds=1.0)
    assert (result.answers, result.errors) == (3, {})
    assert result.reconnects in (2, 3)


def test_a_connection_that_cannot_be_opened_again_is_one_error_and_the_others_go_on() -> None:
    def refuse(number: int, _: bytes) -> Sequence[Piece]:
        if number == 0:
            server.refuse()
            return CLOSING
        return [RIGHT]

    with learned(refuse, 2) as (server, one, scripts):
        result = one.release(scripts, 0, [0, 100 * MS, 200 * MS, 300 * MS], 0.4)
    assert (result.answers, result.errors, result.reconnects) == (4, {"refused": 1}, 0)


def test_a_new_connection_that_is_closed_before_it_was_used_is_an_error_and_not_opened_for_ever() -> None:
    with learned(lambda *_: CLOSING, 1) as (server, one, scripts):
        server.serves = False
        result = one.release(scripts, 0, [0], 0.3)
    assert (result.answers, result.errors) == (1, {"closed": 1})


@pytest.mark.parametrize("unasked", [RIGHT, answer(b"psst"), b"HTTP/1.1 408"])
def test_bytes_that_nobody_asked_for_are_an_error(unasked: bytes) -> None:
    result = release(lambda number, _: [RIGHT, 0.05, unasked] if number == 0 else [RIGHT], [0, 150, 200], seconds=0.25)
    assert (result.answers, result.errors) == (3, {"malformed": 1})


# Requests that are sent when the service is about to close, in both loops


def in_open_loop(one: client.Endpoint, scripts: Sequence[client.Script]) -> client.Burst:
    return one.release(scripts, 0, [0], 0.01)


def in_closed_loop(one: client.Endpoint, scripts: Sequence[client.Script]) -> client.Burst:
    return one.burst(scripts, 0, 0.0)


both_loops = pytest.mark.parametrize("loop", [in_open_loop, in_closed_loop])


def after_a_pause(loop: Run, reply: Reply, pause: float = 0.1) -> tuple[Server, client.Burst]:
    """A slice of one request that is answered, a pause, and another slice of one request."""
    with learned(lambda number, request: [RIGHT] if number == 0 else reply(number, request), 1) as (
        server,
        one,
        scripts,
    ):
        assert loop(one, scripts).answers == 1
        time.sleep(pause)
        return server, loop(one, scripts)


@both_loops
@pytest.mark.parametrize("end", [None, RESET])
@pytest.mark.usefixtures("soon_idle")
def test_a_request_that_meets_a_closed_idle_connection_is_sent_once_more(loop: Run, end: Piece) -> None:
    server, result = after_a_pause(loop, lambda number, _: [end] if number == 1 else [RIGHT])
    assert (result.answers, result.errors, result.reconnects) == (1, {}, 1)
    assert len(server.requests) == 3
    assert len(set(server.requests)) == 1


@both_loops
@pytest.mark.usefixtures("soon_idle")
def test_its_latency_counts_from_when_it_was_due(loop: Run) -> None:
    _, result = after_a_pause(loop, lambda number, _: [0.06, None] if number == 1 else [RIGHT])
    assert result.latencies_ns[0] >= 60 * MS


@both_loops
@pytest.mark.usefixtures("soon_idle")
def test_a_second_failure_is_an_error(loop: Run) -> None:
    server, result = after_a_pause(loop, lambda *_: [None])
    assert (result.answers, result.errors) == (0, {"closed": 1})
    assert len(server.requests) == 3


@both_loops
@pytest.mark.usefixtures("soon_idle")
def test_a_request_whose_answer_had_begun_is_not_sent_again(loop: Run) -> None:
    server, result = after_a_pause(loop, lambda *_: [RIGHT[:5], 0.02, None])
    assert (result.answers, result.errors) == (0, {"closed": 1})
    assert len(server.requests) == 2


@both_loops
def test_a_request_on_a_connection_that_was_not_idle_is_not_sent_again(
    loop: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 60.0)
    server, result = after_a_pause(loop, lambda *_: [None], pause=0.0)
    assert (result.answers, result.errors) == (0, {"closed": 1})
    assert len(server.requests) == 2


@both_loops
@pytest.mark.usefixtures("soon_idle")
def test_if_the_service_then_refuses_it_is_one_error(loop: Run) -> None:
    def refuse(*_: object) -> Sequence[Piece]:
        server.refuse()
        return [None]

    with learned(lambda number, _: [RIGHT] if number == 0 else refuse(), 1) as (server, one, scripts):
        loop(one, scripts)
        time.sleep(0.1)
        result = loop(one, scripts)
    assert (result.answers, result.errors, result.reconnects) == (0, {"refused": 1}, 0)


@pytest.mark.usefixtures("soon_idle")
def test_within_an_open_slice_a_connection_becomes_idle_too() -> None:
    result = release(lambda number, _: [None] if number == 1 else [RIGHT], [0, 150, 200], connections=1, seconds=0.25)
    assert (result.answers, result.errors, result.reconnects) == (3, {}, 1)


@pytest.mark.usefixtures("soon_idle")
def test_a_later_step_of_a_transaction_is_not_sent_again() -> None:
    with endpoint(lambda number, _: [0.1, RIGHT] if number < 3 else [None]) as (server, one):
        scripts = one.learn([[[*HELLO, *HELLO]]])
        one.prepare(1)
        time.sleep(0.1)
        result = one.release(scripts, 0, [0], 0.01)
    assert (result.answers, result.errors) == (1, {"closed": 1})
    assert len(server.requests) == 4


# Connections of a closed loop that are done


def test_a_connection_that_is_closed_when_it_is_done_is_no_error_and_ends_nothing() -> None:
    with learned(lambda number, _: CLOSING if number == 0 else [0.2, RIGHT], 2) as (_, one, scripts):
        result = one.burst(scripts, 0, 0.0)
        assert (result.answers, result.errors, result.reconnects) == (2, {}, 1)
        assert one.burst(scripts, 0, 0.0).errors == {}


@pytest.mark.parametrize("unasked", [RIGHT, answer(b"psst")])
def test_bytes_on_a_connection_that_is_done_are_an_error_and_end_nothing(unasked: bytes) -> None:
    reply: Reply = lambda number, _: [RIGHT, 0.05, unasked] if number == 0 else [0.3, RIGHT]  # noqa: E731
    with learned(reply, 2) as (_, one, scripts):
        result = one.burst(scripts, 0, 0.0)
    assert (result.answers, result.errors) == (2, {"malformed": 1})
