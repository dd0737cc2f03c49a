"""Messages over WebSockets in both loops: the handshake outside the slice, echoes checked, pings answered."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from levelground.traffic import client, websocket
from levelground.traffic.crew import Helpers
from levelground.traffic.scenario import Step, message
from tests.server import Piece, Server
from tests.traffic.test_openloop import MS
from tests.websocket import Message, Reply, WebSocketServer, echo, frame

HELLO = message("/ws", "hello ü")
Loop = Callable[[client.Endpoint, Sequence[client.Script]], client.Burst]


def in_closed_loop(one: client.Endpoint, scripts: Sequence[client.Script]) -> client.Burst:
    return one.burst(scripts, 0, 0.02)


def in_open_loop(one: client.Endpoint, scripts: Sequence[client.Script]) -> client.Burst:
    return one.release(scripts, 0, [number * MS for number in range(10)], 0.03)


both_loops = pytest.mark.parametrize("loop", [in_closed_loop, in_open_loop])


@contextmanager
def learned(
    reply: Reply = echo, steps: Sequence[Step] = (HELLO,), connections: int = 2
) -> Iterator[tuple[WebSocketServer, client.Endpoint, Sequence[client.Script]]]:
    """Open connections to a server that echoed until now, and from now on replies as `reply` says."""
    learning = [True]

    def staged(number: int, said: Message) -> Sequence[Piece]:
        return echo(number, said) if learning else reply(number, said)

    with WebSocketServer(staged) as server, closing(client.Endpoint(server.address)) as one:
        scripts = one.learn([[[step] for step in steps]] * connections)
        one.prepare(connections, "/ws")
        learning.clear()
        server.messages.clear()
        server.frames.clear()
        yield server, one, scripts


@given(payload=st.binary(max_size=300), frames=st.integers(1, 4), is_text=st.booleans())
def test_a_servers_parser_reads_what_was_masked_in_advance(payload: bytes, frames: int, is_text: bool) -> None:
    protocol = ServerProtocol(state=State.OPEN)
    protocol.receive_data(websocket.masked(payload, text=is_text, frames=frames))
    seen = [event for event in protocol.events_received() if isinstance(event, Frame)]
    assert protocol.parser_exc is None
    assert b"".join(bytes(one.data) for one in seen) == payload
    assert [one.fin for one in seen] == [False] * (frames - 1) + [True]
    assert [one.opcode for one in seen] == [Opcode.TEXT if is_text else Opcode.BINARY] + [Opcode.CONT] * (frames - 1)


def test_a_message_is_the_same_bytes_each_time_and_no_byte_goes_unmasked() -> None:
    sent = websocket.masked(b"\x00" * 64, text=False)
    assert sent == websocket.masked(b"\x00" * 64, text=False)
    assert 0 not in sent[2:]


@both_loops
def test_every_echo_is_counted_and_timed(loop: Loop) -> None:
    with learned() as (server, one, scripts):
        result = loop(one, scripts)
    assert not result.errors
    assert result.answers == len(server.messages) > 2
    assert set(server.messages) == {"hello ü"}
    assert set(server.paths) == {"/ws"}
    assert not result.first_byte_ns


@both_loops
def test_messages_of_many_kinds_are_mixed(loop: Loop) -> None:
    steps = [HELLO, message("/ws", b"\x00\xff" * 40_000), message("/ws", "x" * 300, frames=3), message("/ws", "")]
    with learned(steps=steps, connections=4) as (server, one, scripts):
        result = loop(one, scripts)
        assert not result.errors
        assert result.answers == len(server.messages) >= 4
    assert {len(said) for said in server.messages} == {7, 80_000, 300, 0}
    assert Opcode.CONT in {one.opcode for one in server.frames}


@both_loops
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ([frame("hello u")], "wrong answer"),
        ([frame("hello ü".encode())], "wrong answer"),
        ([frame("hello ü") * 2], "malformed"),
        ([b"\x81\x88\x00\x00\x00\x00hello \xc3\xbc"], "malformed"),
        ([frame("hello ü")[:4], None], "closed"),
        ([frame(b"\x03\xf3oops", opcode=Opcode.CLOSE)], "closed"),
    ],
)
def test_what_goes_wrong_is_named(loop: Loop, reply: Sequence[Piece], kind: str) -> None:
    with learned(lambda *_: reply, connections=1) as (_, one, scripts):
        result = loop(one, scripts)
    assert result.answers == 0
    assert set(result.errors) == {kind}
    if reply[0] == frame(b"\x03\xf3oops", opcode=Opcode.CLOSE):
        assert "1011 (internal error) oops" in str(result.example)


@both_loops
def test_pings_are_answered_and_are_no_messages(loop: Loop) -> None:
    def pinging(number: int, said: Message) -> Sequence[Piece]:
        ping = frame(b"%d" % number, opcode=Opcode.PING)
        whole = frame(said)
        return [ping, whole] if number % 2 else [whole[:3] + whole[3:] + ping[:1], 0.001, ping[1:]]

    with learned(pinging) as (server, one, scripts):
        result = loop(one, scripts)
        assert not result.errors
        assert result.answers == len(server.messages)
        one.prepare(2, "/ws")
        assert not loop(one, scripts).errors
    pongs = {int(bytes(one.data)) for one in server.frames if one.opcode is Opcode.PONG}
    assert pongs >= set(range(1, result.answers - 2))


@both_loops
def test_an_echo_in_several_frames_is_right(loop: Loop) -> None:
    pieces: list[Piece] = [frame("hello", fin=False), 0.001, frame(" ü".encode(), opcode=Opcode.CONT)]
    with learned(lambda *_: pieces) as (_, one, scripts):
        result = loop(one, scripts)
    assert result.answers >= 2
    assert not result.errors


@both_loops
def test_a_socket_that_the_service_closes_after_an_echo_is_opened_again(
    loop: Loop,
) -> None:
    def leave(number: int, said: Message) -> Sequence[Piece]:
        return [frame(said) + frame(b"\x03\xe9", opcode=Opcode.CLOSE) if number == 0 else frame(said)]

    with learned(leave, connections=1) as (server, one, scripts):
        result = loop(one, scripts)
        assert not result.errors
        assert result.reconnects == 1
        assert result.answers == len(server.messages)
        assert len(server.paths) == 3


def test_a_service_that_has_no_such_place_is_wrong_and_not_away() -> None:
    with (
        WebSocketServer(status=404) as server,
        closing(client.Endpoint(server.address)) as one,
        pytest.raises(client.WrongAnswer, match="WS /ws: server rejected WebSocket connection: HTTP 404"),
    ):
        one.learn([[[HELLO]]])


def test_a_wrong_echo_is_not_learned() -> None:
    with (
        WebSocketServer(lambda *_: [frame("psst")]) as server,
        closing(client.Endpoint(server.address)) as one,
        pytest.raises(client.WrongAnswer, match="expected text/plain 'hello ü', got text/plain b'psst'"),
    ):
        one.learn([[[HELLO]]])


def test_a_service_that_does_not_finish_its_handshake_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.1)
    with Server(lambda *_: [b"HTTP/1.1 101 Swi"]) as server, closing(client.Endpoint(server.address)) as one:
        with pytest.raises(client.NoAnswer) as caught:
            one.prepare(1, "/ws")
        assert caught.value.kind == "timeout"


def test_closing_an_endpoint_closes_its_sockets_with_a_code() -> None:
    with learned() as (server, one, scripts):
        in_closed_loop(one, scripts)
        one.close()
        deadline = time.monotonic() + 20
        while len(server.closed) < 2 and time.monotonic() < deadline:
            time.sleep(0.001)
        assert server.closed == [1000, 1000]


def test_parting_waits_until_the_service_has_closed() -> None:
    with learned(connections=4) as (server, one, scripts):
        one.part(1)
        assert server.closed == [1000] * 3
        one.prepare(4, "/ws")
        assert not in_closed_loop(one, scripts).errors


def test_sockets_that_the_service_closed_meanwhile_are_opened_again() -> None:
    with learned() as (server, one, scripts):
        in_closed_loop(one, scripts)
        server.hang_up()
        time.sleep(0.01)
        one.prepare(2, "/ws")
        assert not in_closed_loop(one, scripts).errors


def test_a_slice_needs_the_connections_that_its_scripts_are_for() -> None:
    with learned() as (_, one, scripts):
        one.prepare(0)
        with pytest.raises(ValueError, match="prepared for HTTP, but the scripts are for /ws"):
            one.burst(scripts, 0, 0.0)


def test_two_processes_share_the_sockets_out() -> None:
    with (
        closing(Helpers(1)) as helpers,
        WebSocketServer() as server,
        closing(helpers.endpoint(server.address)) as one,
    ):
        scripts = one.learn([[[HELLO]]] * 4)
        one.prepare(4, "/ws")
        result = one.burst(scripts, 0, 0.0)
        assert (result.answers, result.errors) == (4, {})
        one.part(2)
        assert len(server.closed) == 2


def test_a_ping_between_two_slices_is_answered() -> None:
    with learned(connections=1) as (server, one, scripts):
        server.say(frame(b"there?", opcode=Opcode.PING))
        time.sleep(0.01)
        one.prepare(1, "/ws")
        assert not in_closed_loop(one, scripts).errors
        assert [bytes(one.data) for one in server.frames if one.opcode is Opcode.PONG] == [b"there?"]
        assert len(server.paths) == 2
