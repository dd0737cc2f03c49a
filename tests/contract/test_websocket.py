"""The black-box WebSocket client against servers that echo, lie, close and hang."""

from collections.abc import Sequence

import pytest
from websockets.frames import Opcode

from levelground.contract import websocket
from levelground.contract.client import HungUp, Mismatch, NoAnswer
from levelground.contract.websocket import WebSocket
from tests.server import Piece, Server, answer
from tests.websocket import Message, WebSocketServer, echo, frame


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "ANSWER_SECONDS", 1.0)


@pytest.mark.parametrize("said", ["", "hello ü", b"\x00\xff", "x" * 70_000, b"y" * 1_000_000])
@pytest.mark.parametrize("frames", [1, 3])
def test_an_honest_service_echoes_pongs_and_closes(said: Message, frames: int) -> None:
    with WebSocketServer() as server, WebSocket(*server.address) as one:
        one.must_echo(said, frames=frames)
        one.must_answer_a_ping()
        one.must_echo(said)
        one.must_be_closed_in_order()
    assert server.closed == [1000]
    assert server.messages == [said, said]


@pytest.mark.parametrize(
    ("reply", "got"),
    [
        ([frame("hi")], "expected text 'hello' back; got text 'hi'"),
        ([frame(b"hello")], "got binary b'hello'"),
        ([None], "expected a message; got a closed connection without a close frame"),
        ([frame(b"\x03\xf3no", opcode=Opcode.CLOSE)], r"got a close with 1011 \(internal error\) no"),
        ([b"\xc1\x05hello"], "expected frames; got reserved bits must be 0"),
        ([frame(b"\xff", opcode=Opcode.TEXT)], "expected text in UTF-8"),
    ],
)
def test_another_reply_is_a_mismatch(reply: Sequence[Piece], got: str) -> None:
    with (
        WebSocketServer(lambda *_: reply) as server,
        WebSocket(*server.address) as one,
        pytest.raises(Mismatch, match=got),
    ):
        one.must_echo("hello")


def test_a_service_that_hangs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "ANSWER_SECONDS", 0.1)
    with WebSocketServer(lambda *_: []) as server, WebSocket(*server.address) as one:
        with pytest.raises(NoAnswer, match=r"a message within 0\.1 s; got none"):
            one.must_echo("hello")
        with pytest.raises(NoAnswer, match=r"a close with 1009 within 0\.1 s"):
            one.must_close(1009)


def test_a_message_over_the_limit_may_be_refused_with_its_code() -> None:
    def refuse(number: int, said: Message) -> Sequence[Piece]:
        return echo(number, said) if len(said) < 9 else [frame(b"\x03\xf1", opcode=Opcode.CLOSE)]

    for codes in ((1009,), (1008, 1009), ()):
        with WebSocketServer(refuse) as server, WebSocket(*server.address) as one:
            one.must_echo("short")
            one.send("too long a message")
            one.must_close(*codes)
    with WebSocketServer(refuse) as server, WebSocket(*server.address) as one:
        one.send("too long a message")
        with pytest.raises(Mismatch, match=r"expected a close with 1000; got a close with 1009"):
            one.must_close(1000)


def test_frames_that_are_wrong_can_be_sent() -> None:
    with WebSocketServer() as server, WebSocket(*server.address) as one:
        one.send_bytes(b"\x81\x05hello")  # without a mask
        one.must_close(1002)


@pytest.mark.parametrize("status", [404, 503])
def test_a_service_without_a_websocket_is_a_mismatch(status: int) -> None:
    with (
        WebSocketServer(status=status) as server,
        pytest.raises(Mismatch, match=f"WS /ws: expected 101 and a WebSocket; got .*{status}"),
    ):
        WebSocket(*server.address)


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [([answer(b"hello world")], Mismatch), ([None], HungUp), ([], NoAnswer), ([b"SMTP\r\n\r\n"], Mismatch)],
)
def test_a_server_that_knows_no_websockets_is_named(pieces: Sequence[Piece], kind: type[Exception]) -> None:
    with Server(lambda *_: pieces) as server, pytest.raises(kind, match="WS /ws: expected"):
        WebSocket(*server.address)


def test_nobody_listening_is_named() -> None:
    with Server(lambda *_: []) as server:
        address = server.address
    with pytest.raises(NoAnswer, match="nobody listening"):
        WebSocket(*address)
