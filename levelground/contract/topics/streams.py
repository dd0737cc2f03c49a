"""Streams: an answer that is sent piece by piece, server-sent events, and a WebSocket that echoes."""

from random import Random

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import Piece, in_path
from levelground.contract.terms import Row, Topic
from levelground.contract.websocket import WebSocket
from levelground.traffic.scenario import Event, Step, events, message, stream

MOST_PIECES = 1_000
LONGEST_PAUSE_MS = 1_000
MESSAGE_LIMIT = 1024 * 1024
"""Bytes of the longest message that a service has to take."""
LARGE_MESSAGE = 64 * 1024
TICK = "tick"
SOCKET = "/ws"

_COUNT: Piece = {"type": "integer", "minimum": 1, "maximum": MOST_PIECES}
_PAUSE: Piece = {
    "name": "ms",
    "in": "query",
    "description": "Milliseconds between two of them",
    "schema": {"type": "integer", "minimum": 0, "maximum": LONGEST_PAUSE_MS, "default": 0},
}

TOPIC = Topic(
    "streams",
    rows=(
        Row(
            "GET",
            "/stream/{chunks}",
            "200 `text/plain`, in chunks: `piece 1`, `piece 2` … a line each, sent one by one; "
            f"`?ms=20` waits so long between them; over {MOST_PIECES:,}: a 4xx",
            {
                "operationId": "stream",
                "summary": "An answer in pieces, each sent when it is made",
                "parameters": [in_path("chunks", "16", schema=_COUNT), _PAUSE],
                "responses": {
                    "200": {
                        "description": "The pieces, a line each",
                        "content": {"text/plain": {"schema": {"type": "string"}, "example": "piece 1\npiece 2\n"}},
                    },
                    "4XX": {"description": f"No digits, or more than {MOST_PIECES:,}"},
                },
            },
        ),
        Row(
            "GET",
            "/events",
            "for `?count=16&name=abc` 200 `text/event-stream`: so many events `tick` with the ids 1, 2 … "
            "and the data `abc 1`, `abc 2` …; then it ends; `?ms=` as above",
            {
                "operationId": "events",
                "summary": "Server-sent events",
                "parameters": [
                    {"name": "count", "in": "query", "required": True, "schema": _COUNT, "example": 2},
                    {
                        "name": "name",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^[a-z]{1,32}$"},
                        "example": "abc",
                    },
                    _PAUSE,
                ],
                "responses": {
                    "200": {
                        "description": "The events",
                        "content": {
                            "text/event-stream": {
                                "example": "id: 1\nevent: tick\ndata: abc 1\n\nid: 2\nevent: tick\ndata: abc 2\n\n",
                            }
                        },
                    },
                    "4XX": {"description": "A parameter is missing or wrong, where the framework asks for it"},
                },
            },
        ),
        Row(
            "GET",
            SOCKET,
            "WebSocket: each message comes back as it was sent, text as text and binary as binary; "
            "one over 1 MiB is answered with a close; without an upgrade: a 4xx",
            {
                "operationId": "websocket",
                "summary": "A WebSocket that echoes",
                "responses": {
                    "101": {"description": "The protocol is WebSocket now (RFC 6455)"},
                    "4XX": {"description": "The request asks for no upgrade"},
                },
            },
        ),
    ),
)


# Traffic


def pieces(count: int, ms: int = 0) -> Step:
    says = [f"piece {number}\n" for number in range(1, count + 1)]
    return stream(f"/stream/{count}{f'?ms={ms}' if ms else ''}", says=says)


def ticks(count: int, name: str, ms: int = 0) -> Step:
    says = [Event(f"{name} {number}", event=TICK, id=str(number)) for number in range(1, count + 1)]
    return events(f"/events?count={count}&name={name}{f'&ms={ms}' if ms else ''}", says=says)


def echoed(content: str | bytes) -> Step:
    return message(SOCKET, content)


# Checks


@TOPIC.check("stream")
def every_piece_comes_in_its_turn(client: Client) -> None:
    for count in (1, 2, 16, MOST_PIECES):
        client.must_answer(pieces(count))
    answer = client.get("/stream/16")
    answer.must_keep_alive()
    if "content-length" in answer.headers:
        raise Mismatch(answer.request, "chunks, since the service does not know the end yet", "a Content-Length")
    for wrong in ("a", "-1", "1.5", "0x1", str(MOST_PIECES + 1), "9" * 15):
        client.get(f"/stream/{wrong}").must_be_refused()


@TOPIC.check("stream-at-once")
def a_piece_is_sent_when_it_is_made(client: Client) -> None:
    """Five pieces with 100 ms between them: the first comes long before the last."""
    _must_come_one_by_one(client, pieces(5, 100), b"piece 1\n")


@TOPIC.check("events")
def events_come_in_their_turn(client: Client) -> None:
    for count in (1, 2, 16, MOST_PIECES):
        client.must_answer(ticks(count, "abc"))
    client.get("/events?count=2&name=abc").must_keep_alive()
    for wrong in ("count=a&name=a", f"count={MOST_PIECES + 1}&name=a", "count=1&name=a&ms=a"):
        client.get(f"/events?{wrong}").must_be_refused()


@TOPIC.check("events-at-once")
def an_event_is_sent_when_it_is_made(client: Client) -> None:
    _must_come_one_by_one(client, ticks(5, "abc", 100), b"abc 1")


@TOPIC.check("ws")
def messages_come_back_as_they_were_sent(client: Client) -> None:
    random = Random("ws")
    with _socket(client) as one:
        for text in ("hello", "hello Zoë 🚀", "x" * LARGE_MESSAGE):
            one.must_echo(text)
        for data in (b"hello", bytes(range(256)), random.randbytes(LARGE_MESSAGE)):
            one.must_echo(data)
        one.must_echo("in three frames, for a Zoë", frames=3)
        one.must_echo(random.randbytes(1000), frames=3)
        one.must_answer_a_ping()
        one.must_echo("hello again")
    with _socket(client) as one, _socket(client) as other:
        one.send("one")
        other.must_echo("other")
        if (got := one.receive()) != "one":
            raise Mismatch("WS /ws", "'one', as sent on this connection", repr(got))


@TOPIC.check("ws-empty")
def an_empty_message_comes_back(client: Client) -> None:
    for empty in ("", b""):
        with _socket(client) as one:
            one.must_echo(empty)
            one.must_echo("hello")


@TOPIC.check("ws-close")
def a_close_is_answered_with_a_close(client: Client) -> None:
    for code in (1000, 1001, 3000):
        with _socket(client) as one:
            one.must_echo("hello")
            one.must_be_closed_in_order(code)


@TOPIC.check("ws-large")
def a_message_over_the_limit_ends_the_connection(client: Client) -> None:
    """A message as long as the limit is served; of one twice as long, the service takes no more than it must."""
    with _socket(client) as one:
        one.must_echo(b"x" * MESSAGE_LIMIT)
    with _socket(client) as one:
        one.send(b"x" * (2 * MESSAGE_LIMIT))
        one.must_close()


@TOPIC.check("ws-broken")
def a_broken_frame_ends_the_connection(client: Client) -> None:
    """Not masked, of a kind that does not exist, a reserved bit, a continuation of nothing, text that is no UTF-8."""
    for broken in (
        b"\x81\x05hello",
        b"\x83\x80\0\0\0\0",
        b"\xf1\x80\0\0\0\0",
        b"\x80\x80\0\0\0\0",
        b"\x81\x82\0\0\0\0\xff\xfe",
    ):
        with _socket(client) as one:
            one.send_bytes(broken)
            one.must_close()
    with _socket(client) as one:
        one.must_echo("hello")


@TOPIC.check("ws-plain")
def what_asks_for_no_upgrade_is_refused(client: Client) -> None:
    client.get(SOCKET).must_be_refused()


def _socket(client: Client) -> WebSocket:
    return WebSocket(client.host, client.port, SOCKET)


def _must_come_one_by_one(client: Client, step: Step, first: bytes) -> None:
    """The pieces of `step` are 100 ms apart; `first` is in the first of them."""
    client.must_answer(step)
    target = step.request.split(b" ", 2)[1].decode()
    early, late = client.arrivals(target, first)
    if late - early < 0.3:
        raise Mismatch(f"GET {target}", "the first piece 0.4 s before the last", f"{late - early:.2f} s before")
