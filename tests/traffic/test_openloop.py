"""The client's open loop: requests leave when they are due, and whatever the server does is charged in full."""

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest

from levelground.traffic import client
from levelground.traffic.scenario import Transaction, empty, text
from tests.server import RESET, Piece, Server, answer
from tests.traffic.test_client import HELLO, RIGHT, TRICKLE, Reply, endpoint

MS = 1_000_000


def release(
    reply: Reply,
    due_ms: Sequence[float],
    connections: int = 4,
    seconds: float = 0.05,
    transactions: Sequence[Transaction] = (HELLO,),
) -> tuple[Server, client.Burst]:
    """An open loop on a server that answers rightly until it is learned, and then as `reply` says."""
    learning = [True]

    def staged(number: int, request: bytes) -> Sequence[Piece]:
        return [RIGHT] if learning[0] and transactions == (HELLO,) else reply(number, request)

    with endpoint(staged) as (server, one):
        scripts = one.learn([transactions] * connections)
        learning[0] = False
        server.requests.clear()
        one.prepare(connections)
        return server, one.release(scripts, 0, [int(ms * MS) for ms in due_ms], seconds)


def test_as_many_requests_are_sent_as_are_due() -> None:
    server, result = release(lambda *_: [RIGHT], [1, 2, 2, 2, 2, 2, 2, 9, 30])
    assert len(server.requests) == 9
    assert (result.answers, result.unanswered, result.errors) == (9, 0, {})
    assert len(result.slips_ns) == len(result.service_ns) == 9
    assert result.seconds >= 0.05


def test_nothing_due_is_nothing_sent() -> None:
    server, result = release(lambda *_: [RIGHT], [])
    assert (server.requests, result.answers, result.unanswered) == ([], 0, 0)


def test_a_slow_answer_is_charged_to_all_who_had_to_wait_for_the_connection() -> None:
    _, result = release(lambda *_: [0.1, RIGHT], [0, 10, 20], connections=1)
    assert result.answers == 3
    # Each is answered 100 ms after the one before: due at 0, 10 and 20 ms, answered at 100, 200 and 300 ms.
    first, second, third = (ns / MS for ns in sorted(result.latencies_ns))
    assert first >= 100
    assert second >= 185
    assert third >= 270
    # By the clock that starts when a request is sent, each took no longer than the first.
    assert max(result.service_ns) / MS < third - 80


def test_the_wait_for_a_free_connection_is_not_the_generators_slip() -> None:
    _, result = release(lambda *_: [0.1, RIGHT], [0, 10, 20], connections=1)
    assert sorted(result.slips_ns)[1] < 90 * MS


def test_requests_that_are_never_answered_count_with_their_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DRAIN_SECONDS", 0.15)
    _, result = release(lambda number, _: [RIGHT] if number == 0 else [], [0, 10, 20, 30], connections=1)
    assert (result.answers, result.unanswered, result.errors) == (1, 3, {})
    # Given up 200 ms after the beginning; two of them had not even found a connection.
    ages = [ns / MS for ns in sorted(result.latencies_ns)[1:]]
    assert ages[0] >= 165
    assert [round(later - earlier) for earlier, later in pairwise(ages)] == [10, 10]


def test_an_answer_that_trickles_counts_as_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DRAIN_SECONDS", 0.2)
    _, result = release(lambda number, _: TRICKLE if number == 0 else [RIGHT], [0, 1, 2])
    assert (result.answers, result.unanswered, result.errors) == (2, 1, {})


def test_a_slice_opens_what_the_slice_before_gave_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DRAIN_SECONDS", 0.05)
    with endpoint(lambda number, _: [] if number == 1 else [RIGHT]) as (_, one):
        scripts = one.learn([[HELLO]] * 2)
        one.prepare(2)
        assert one.release(scripts, 0, [0], 0.01).unanswered == 1
        result = one.release(scripts, 0, [0, 1], 0.01)
        assert (result.answers, result.errors) == (2, {})


def test_a_connection_that_was_given_up_is_not_used_again() -> None:
    with endpoint(lambda *_: [RIGHT]) as (_, one):
        scripts = one.learn([[HELLO]] * 2)
        one.prepare(2)
        assert one.release(scripts, 0, [0, 1], 0.01).answers == 2
        one.prepare(2)
        assert one.burst(scripts, 0, 0.01).errors == {}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [([None], "closed"), ([RESET], "reset"), ([b"nonsense\r\n\r\n"], "malformed"), ([answer(b"no")], "wrong answer")],
)
def test_failures_are_named_and_no_latencies(reply: Sequence[Piece], kind: str) -> None:
    _, result = release(lambda *_: reply, [0, 1, 2], connections=4)
    assert result.errors == {kind: 3}
    assert result.answers == 0


def test_an_open_loop_without_a_connection_left_ends() -> None:
    _, result = release(lambda *_: [None], [0, 1, 2, 3, 4, 1000], connections=2, seconds=1.0)
    assert result.errors == {"closed": 2}


def test_a_service_that_closes_in_good_order_is_connected_to_again() -> None:
    closing = answer(b"hello world", "Connection: close")
    server, result = release(lambda *_: [closing, None], [0, 5, 10, 15, 20], connections=1)
    assert (result.answers, result.reconnects, result.errors) == (5, 5, {})
    assert server.connections > 5


def test_the_steps_of_a_transaction_stay_together_and_in_order() -> None:
    steps = [text("GET", "/one", says="1"), text("GET", "/two", says="2"), empty("DELETE", "/three", status=204)]
    replies = {b"/one": answer(b"1"), b"/two": answer(b"2"), b"/three": b"HTTP/1.1 204 No Content\r\n\r\n"}
    server, result = release(
        lambda _, request: [replies[request.split()[1]]], [0, 5, 10], connections=1, transactions=(steps,)
    )
    assert [request.split()[1] for request in server.requests] == [b"/one", b"/two", b"/three"] * 3
    assert result.answers == 9


def test_the_schedule_is_kept_whatever_the_answers_take() -> None:
    times: list[float] = []

    def note(_: int, request: bytes) -> Sequence[Piece]:
        times.append(time.perf_counter())
        return [0.5, RIGHT]

    release(note, [0, 10, 20, 30, 40], connections=8, seconds=0.06)
    # The last request came before the first answer left.
    assert times[-1] - times[-5] < 0.5
