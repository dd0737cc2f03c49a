"""The checks of streams, against liars."""

import time
from typing import override

import pytest
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from levelground.contract import websocket
from tests.contract.honest import Handler, Honest, Lie, Reply, Request, at, lying


class AllAtOnce(Honest):
    """It sends nothing before it has everything, in one chunk."""

    @override
    def __call__(self, request: Request) -> Reply:
        reply = super().__call__(request)
        if not reply.pieces:
            return reply
        time.sleep(reply.pause_seconds * len(reply.pieces))
        return Reply(200, b"", reply.content_type, pieces=[b"".join(reply.pieces)])


class InOnePiece(AllAtOnce):
    """It knows the length beforehand."""

    @override
    def __call__(self, request: Request) -> Reply:
        reply = super().__call__(request)
        return Reply(reply.status, b"".join(reply.pieces) or reply.body, reply.content_type)


class Endless(Honest):
    """However many pieces there are to be."""

    @override
    def stream(self, digits: str, query: str) -> Reply:
        reply = super().stream(digits, query)
        return Reply(200) if reply.status == 404 and digits == "1001" else reply


def all_text(_: Handler, protocol: ServerProtocol, kind: Opcode, message: bytes) -> None:
    protocol.send_text(message)


def in_capitals(_: Handler, protocol: ServerProtocol, kind: Opcode, message: bytes) -> None:
    protocol.send_text(message.upper())


def never_nothing(_: Handler, protocol: ServerProtocol, kind: Opcode, message: bytes) -> None:
    protocol.send_text(message or b"nothing")


LIES = {
    "a piece that is missing": Lie(
        "stream", r"GET /stream/2: expected 200", lying(at("/stream/2"), pieces=[b"piece 1\n"])
    ),
    "a length": Lie("stream", "expected chunks, .*; got a Content-Length", InOnePiece),
    "any number of pieces": Lie("stream", "GET /stream/1001: expected a 4xx; got 200", Endless),
    "a connection that is not kept": Lie(
        "stream", "GET /stream/16: expected ", lying(at("/stream/16"), headers={"Connection": "close"})
    ),
    "a stream that is collected": Lie("stream-at-once", r"expected the first piece 0\.4 s before the last", AllAtOnce),
    "an event of another kind": Lie(
        "events",
        r"GET /events\?count=1&name=abc: expected 200",
        lying(at("/events"), pieces=[b"id: 1\nevent: tock\ndata: abc 1\n\n"]),
    ),
    "events without a number": Lie(
        "events", r"GET /events\?count=a&name=a: expected a 4xx; got 500", lying(at("/events", 400), status=500)
    ),
    "events that are collected": Lie("events-at-once", r"expected the first piece 0\.4 s before the last", AllAtOnce),
    "no WebSocket": Lie(
        "ws", "WS /ws: expected 101 and a WebSocket", attributes={"talk": lambda one: one.send(Reply(404))}
    ),
    "another message": Lie(
        "ws", "WS /ws: expected text 'hello' back; got text 'HELLO'", attributes={"echo": in_capitals}
    ),
    "text for binary": Lie("ws", "WS /ws: expected binary b'hello' back; got text", attributes={"echo": all_text}),
    "nothing for nothing": Lie("ws-empty", "WS /ws: expected text '' back", attributes={"echo": never_nothing}),
    "no goodbye": Lie("ws-close", "expected a close with 1000; got a closed conn", attributes={"says_goodbye": False}),
    "no limit": Lie("ws-large", "WS /ws: expected a close", attributes={"message_limit": None}),
    "a limit that is too low": Lie("ws-large", "WS /ws: expected ", attributes={"message_limit": 1 << 16}),
    "it waits for better frames": Lie(
        "ws-broken", "WS /ws: expected a close", attributes={"ends_what_is_broken": False}
    ),
    "a page in its place": Lie("ws-plain", "GET /ws: expected a 4xx; got 200", lying(at("/ws", 426), status=200)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "ANSWER_SECONDS", 1.0)
    lie.must_be_found()
