"""Long requests, long answers, streams and thousands of connections, in both loops."""

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress

import pytest

from levelground.traffic import client
from levelground.traffic.scenario import Event, Step, events, file, stream, text, upload
from levelground.traffic.step import BINARY
from tests.server import Piece, answer
from tests.traffic.test_client import Reply, burst, endpoint
from tests.traffic.test_openloop import MS, release

BIG = bytes(range(256)) * 1024  # 256 KiB
FILE = file("/static/big", says=BIG, media_type=BINARY)
LINES = [f"piece {number}\n" for number in range(5)]
STREAM = stream("/stream/5", says=LINES)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXT_HEAD = HEAD % b"text/plain"


def chunk(data: str) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data.encode()), data.encode())


def streaming(pause: float, lines: Sequence[str] = LINES) -> Sequence[Piece]:
    """One chunk at a time, after the headers."""
    pieces: list[Piece] = [TEXT_HEAD]
    for line in lines:
        pieces += [pause, chunk(line)]
    return [*pieces, b"0\r\n\r\n"]


def in_closed_loop(reply: Reply, step: Step, right: bytes) -> client.Burst:
    return burst(reply, [[step]], connections=3, learned=right)[1]


def in_open_loop(reply: Reply, step: Step, right: bytes) -> client.Burst:
    learning = [True]
    with endpoint(lambda *given: [right] if learning else reply(*given)) as (_, one):
        scripts = one.learn([[[step]]] * 3)
        learning.clear()
        one.prepare(3)
        return one.release(scripts, 0, [0, MS, 2 * MS, 3 * MS], 0.02)


Loop = Callable[[Reply, Step, bytes], client.Burst]
both_loops = pytest.mark.parametrize("loop", [in_closed_loop, in_open_loop])


@both_loops
def test_an_answer_longer_than_a_read_is_checked_as_a_whole(loop: Loop) -> None:
    right = answer(BIG, media_type=BINARY)
    result = loop(lambda *_: [right], FILE, right)
    assert result.answers >= 3
    assert not result.errors
    assert result.received_bytes == result.answers * len(right)


@both_loops
@pytest.mark.parametrize("place", [0, 65_535, 150_000, len(BIG) - 1])
def test_a_wrong_byte_in_a_long_answer_is_found(loop: Loop, place: int) -> None:
    wrong = answer(BIG[:place] + bytes([BIG[place] ^ 1]) + BIG[place + 1 :], media_type=BINARY)
    result = loop(lambda *_: [wrong], FILE, answer(BIG, media_type=BINARY))
    assert result.answers == 0
    assert set(result.errors) == {"wrong answer"}


@both_loops
def test_a_long_answer_that_is_cut_off_is_an_error(loop: Loop) -> None:
    right = answer(BIG, media_type=BINARY)
    result = loop(lambda *_: [right[:200_000], None], FILE, right)
    assert result.answers == 0
    assert set(result.errors) == {"closed"}
    assert "after 200000 bytes of the answer to GET /static/big" in str(result.example)


@both_loops
def test_a_stream_is_timed_to_its_first_and_its_last_byte(loop: Loop) -> None:
    result = loop(lambda *_: streaming(0.004), STREAM, b"".join([TEXT_HEAD, *map(chunk, LINES), b"0\r\n\r\n"]))
    assert not result.errors
    assert len(result.first_byte_ns) == result.answers >= 3
    for first, last in zip(result.first_byte_ns, result.latencies_ns, strict=True):
        # Each of five pieces comes 4 ms after the one before; a busy host may show the first of them late.
        assert 4 * MS <= first <= last - 4 * MS


@both_loops
def test_a_stream_that_comes_at_once_has_its_first_byte_with_its_last(loop: Loop) -> None:
    whole = b"".join([TEXT_HEAD, *map(chunk, LINES), b"0\r\n\r\n"])
    result = loop(lambda *_: [whole], STREAM, whole)
    assert result.answers >= 3
    assert list(result.first_byte_ns) == list(result.latencies_ns)


@both_loops
@pytest.mark.parametrize("lines", [[*LINES[:4], "piece 5\n"], LINES[:4], [*LINES, "more\n"]])
def test_a_stream_that_says_something_else_is_wrong(loop: Loop, lines: Sequence[str]) -> None:
    right = b"".join([TEXT_HEAD, *map(chunk, LINES), b"0\r\n\r\n"])
    result = loop(lambda *_: streaming(0.001, lines), STREAM, right)
    assert result.answers == 0
    assert set(result.errors) == {"wrong answer"}
    assert not result.first_byte_ns


@both_loops
def test_a_stream_that_ends_in_mid_air_is_closed(loop: Loop) -> None:
    right = b"".join([TEXT_HEAD, *map(chunk, LINES), b"0\r\n\r\n"])
    result = loop(lambda *_: [*streaming(0.001)[:-3], None], STREAM, right)
    assert result.answers == 0
    assert set(result.errors) == {"closed"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@both_loops
def test_events_are_checked_one_by_one_as_they_come(loop: Loop, newline: str) -> None:
    said = [Event(f"tick {number}", id=str(number)) for number in range(3)]
    spelled = [f"id: {one.id}{newline}data: {one.data}{newline}{newline}" for one in said]
    head = HEAD % b"text/event-stream"
    pieces: list[Piece] = [head, *[piece for one in spelled for piece in (chunk(one), 0.002)], b"0\r\n\r\n"]
    right = b"".join([head, *map(chunk, spelled), b"0\r\n\r\n"])
    step = events("/events", says=said)
    result = loop(lambda *_: pieces, step, right)
    assert not result.errors
    assert len(result.first_byte_ns) == result.answers >= 3
    wrong = [piece.replace(b"tick 2", b"tick 9") if isinstance(piece, bytes) else piece for piece in pieces]
    assert set(loop(lambda *_: wrong, step, right).errors) == {"wrong answer"}


# Long requests


def uploads(sizes: Sequence[int]) -> list[Step]:
    files = [bytes([number]) * size for number, size in enumerate(sizes)]
    return [upload("/upload", one, says={"size": len(one), "sha256": hashlib.sha256(one).hexdigest()}) for one in files]


def take(number: int, request: bytes) -> Sequence[Piece]:
    """What the file of an upload comes to."""
    head, _, form = request.partition(b"\r\n\r\n")
    boundary = b"\r\n--" + head.partition(b"boundary=")[2].partition(b"\r\n")[0] + b"--\r\n"
    one = form.partition(b"\r\n\r\n")[2].removesuffix(boundary)
    says = json.dumps({"size": len(one), "sha256": hashlib.sha256(one).hexdigest()}).encode()
    return [answer(says, media_type="application/json")]


def test_long_requests_of_several_connections_are_sent_side_by_side() -> None:
    steps = uploads([8 << 20, 8 << 20, 65_536])
    transactions = [[[step]] for step in steps]
    with endpoint(take) as (server, one):
        scripts = one.learn(transactions)
        one.prepare(3)
        server.requests.clear()
        result = one.burst(scripts, 0, 0.05)
        assert not result.errors
        assert result.answers == len(server.requests) >= 3
        assert {len(request) for request in server.requests} == {len(step.request) for step in steps}
        server.requests.clear()
        result = one.release(scripts, 0, [0, 0, 0, MS], 0.05)
        assert (result.answers, result.errors) == (4, {})
        assert len(server.requests) == 4


class Slow:
    """Reads nothing from its first connection until the second one was answered."""

    def __init__(self) -> None:
        self.order: list[int] = []
        self._go = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        threads = []
        for number in range(2):
            connection, _ = self.listener.accept()
            threads.append(threading.Thread(target=self._answer, args=(number, connection), daemon=True))
            threads[-1].start()

    def _answer(self, number: int, connection: socket.socket) -> None:
        with connection:
            if number == 0:
                self._go.wait(20)
            data = b""
            while b"--\r\n" not in data[-4:]:
                data += connection.recv(1 << 16)
            self.order.append(number)
            connection.sendall(bytes(take(0, data)[0]))  # type: ignore[arg-type]
            self._go.set()
            connection.recv(1)


def test_a_request_that_a_service_does_not_read_holds_no_other_up() -> None:
    (long,) = uploads([8 << 20])
    with endpoint(take) as (_, other):
        scripts = other.learn([[[long]]] * 2)
    slow = Slow()
    with slow.listener, closing(client.Endpoint(slow.listener.getsockname())) as one:
        one.prepare(2)
        result = one.burst(scripts, 0, 0.0)
    assert (result.answers, result.errors) == (2, {})
    assert slow.order == [1, 0]


@both_loops
def test_an_answer_before_the_request_was_read_is_wrong_and_the_connection_given_up(loop: Loop) -> None:
    (long,) = uploads([8 << 20])
    early = answer(b"too large", status="413 Content Too Large")
    right = bytes(take(0, long.request)[0])  # type: ignore[arg-type]
    result = loop(lambda *_: [early], long, right)
    assert result.answers == 0
    assert set(result.errors) == {"wrong answer"}


def test_an_early_answer_ends_the_request_that_is_still_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 1.0)
    (long,) = uploads([8 << 20])
    with endpoint(take) as (_, other):
        scripts = other.learn([[[long]]])
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                kept.append(connection)
                with suppress(OSError):
                    connection.recv(100)
                    connection.sendall(answer(b"too large", status="413 Content Too Large"))

        kept: list[socket.socket] = []
        thread = threading.Thread(target=serve)
        thread.start()
        with closing(client.Endpoint(listener.getsockname())) as one:
            one.prepare(1)
            result = one.burst(scripts, 0, 0.0)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert result.errors == {"wrong answer": 1}
    assert result.reconnects == 1
    for connection in kept:
        connection.close()


# Many connections


def test_many_connections_are_opened_in_batches_that_the_service_takes_up() -> None:
    with endpoint(lambda *_: [answer(b"hello world")]) as (server, one):
        scripts = one.learn([[[text("GET", "/", says="hello world")]]] * 150)
        server.requests.clear()
        one.prepare(150)
        assert len(server.requests) == 2
        assert {request.split(b"\r\n")[0] for request in server.requests} == {b"GET / HTTP/1.1"}
        assert server.connections >= 129
        result = one.burst(scripts, 0, 0.0)
        assert (result.answers, result.errors) == (150, {})
        one.part(16)
        one.prepare(16)
        assert one.burst(scripts[:16], 0, 0.0).answers == 16


def test_a_service_that_closes_after_each_answer_is_knocked_at_too() -> None:
    with endpoint(lambda *_: [answer(b"hello world", "Connection: close"), None]) as (_, one):
        scripts = one.learn([[[text("GET", "/", says="hello world")]]] * 65)
        one.prepare(65)
        result = one.burst(scripts, 0, 0.0)
        assert (result.answers, result.errors, result.reconnects) == (65, {}, 65)


def test_a_service_that_takes_no_more_connections_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.1)
    with (
        endpoint(lambda *_: []) as (_, one),
        pytest.raises(client.NoAnswer, match="a new connection is not served within"),
    ):
        one.prepare(64)


def test_nothing_that_is_due_is_lost_among_many_connections() -> None:
    server, result = release(lambda *_: [answer(b"hello world")], [0.01 * one for one in range(200)], connections=100)
    assert (result.answers, result.errors) == (200, {})
    # One more, to see that the first 64 connections were taken up.
    assert len(server.requests) == 201
