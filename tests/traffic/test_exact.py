"""The client that counts: it sends exactly what it is told to, however the answers come."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import pytest

from levelground.traffic import client, exact
from levelground.traffic.connection import NoAnswer, WrongAnswer
from levelground.traffic.exact import Connections
from levelground.traffic.pool import Learned
from levelground.traffic.scenario import Transaction, message, text
from tests.server import Piece, Server, answer

RIGHT = answer(b"hello world")
Reply = Callable[[int, bytes], Sequence[Piece]]


def a_pool(connections: int, transactions: int, steps: int = 1) -> list[list[Transaction]]:
    return [
        [
            [text("GET", f"/{connection}/{number}/{step}", says="hello world") for step in range(steps)]
            for number in range(transactions)
        ]
        for connection in range(connections)
    ]


@contextmanager
def connected(pool: Sequence[Sequence[Transaction]], reply: Reply) -> Iterator[tuple[Server, Connections]]:
    """Connections to a server that answers rightly until it is learned, and then as `reply` says."""
    learning = [True]
    with Server(lambda number, request: [RIGHT] if learning[0] else reply(number, request)) as server:
        with closing(client.Endpoint(server.address)) as endpoint:
            scripts = endpoint.learn(pool)
        learning[0] = False
        server.requests.clear()
        with closing(Connections(server.address, scripts)) as connections:
            yield server, connections


def lines(server: Server) -> list[str]:
    return sorted(request.split()[1].decode() for request in server.requests)


def test_the_transactions_that_are_asked_for_are_sent_on_every_connection_and_no_other() -> None:
    with connected(a_pool(2, 5, steps=2), lambda *_: [RIGHT]) as (server, connections):
        assert connections.send(range(1, 3)) == 8
        assert lines(server) == [f"/{c}/{n}/{s}" for c in range(2) for n in (1, 2) for s in range(2)]


def test_after_the_last_transaction_comes_the_first() -> None:
    with connected(a_pool(1, 3), lambda *_: [RIGHT]) as (server, connections):
        assert connections.send(range(2, 5)) == 3
        assert lines(server) == ["/0/0/0", "/0/1/0", "/0/2/0"]


def test_connections_stay_open_from_one_time_to_the_next() -> None:
    with connected(a_pool(3, 4), lambda *_: [RIGHT]) as (server, connections):
        before = server.connections
        connections.send(range(2))
        connections.send(range(2, 4))
        assert server.connections - before <= 3


def test_a_connection_that_was_closed_while_the_others_went_on_is_opened_again() -> None:
    with connected(a_pool(2, 4), lambda *_: [RIGHT, None]) as (server, connections):
        assert connections.send(range(1)) == 2
        while server.closed < 2:
            time.sleep(0.001)
        assert connections.send(range(1, 2)) == 2
        assert lines(server) == ["/0/0/0", "/0/1/0", "/1/0/0", "/1/1/0"]


@pytest.mark.parametrize(
    "pieces",
    [
        [RIGHT[:30], 0.01, RIGHT[30:]],
        [answer(b"hello world", "X-Other: header")],
        [answer(b"hello world", "Connection: close"), None],
    ],
    ids=["in pieces", "with other headers", "for the last time"],
)
def test_an_answer_is_right_by_what_it_says(pieces: Sequence[Piece]) -> None:
    with connected(a_pool(2, 3), lambda *_: pieces) as (server, connections):
        assert connections.send(range(3)) == 6
        assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("pieces", "error", "words"),
    [
        ([answer(b"hello")], WrongAnswer, "GET /0/0/0 was answered 200 b'hello'"),
        ([b"nonsense\r\n\r\n"], WrongAnswer, "GET /0/0/0: "),
        ([None], NoAnswer, "the connection was closed without an answer"),
        ([5.0, RIGHT], NoAnswer, "no answer within 0.2 s"),
    ],
)
def test_anything_else_is_an_error(
    pieces: Sequence[Piece], error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "ANSWER_SECONDS", 0.2)
    with connected(a_pool(1, 1), lambda *_: pieces) as (_, connections), pytest.raises(error, match=words):
        connections.send(range(1))


def test_messages_of_websockets_are_refused_and_not_counted_wrongly() -> None:
    step = message("/ws", "hello")
    with pytest.raises(WrongAnswer, match="WS /ws: messages of WebSockets are not counted"):
        Connections(("127.0.0.1", 1), [[Learned(step, True, step.request, -1, b"", b"")]])
