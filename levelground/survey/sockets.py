"""Checks over WebSockets, and over many connections at once."""

import time
from contextlib import ExitStack

from levelground.contract.client import Client
from levelground.contract.topics.streams import SOCKET
from levelground.contract.topics.waiting import AT_ONCE
from levelground.contract.websocket import WebSocket
from levelground.survey.asking import keeps
from levelground.survey.terms import Check, Held, Look, Unchecked, differs

MESSAGES = ("hello", "Zoë", b"\x00\xff")


def waits_at_once(look: Look) -> None:
    """Requests that wait, wait at once: one after the other they would take longer than any answer may."""
    began = time.monotonic()
    keeps("sleep-at-once")(look)
    told = f"{AT_ONCE} right answers, all within {time.monotonic() - began:.1f} s"
    look.note(f"{AT_ONCE} × GET /sleep/500, at once", told)


def must_stream(look: Look) -> None:
    """A service without the topic of streams says nothing of its framework. Raises Unchecked."""
    with Client(look.host, look.port) as client:
        if client.get("/stream/1").status == 404:
            raise Unchecked("its service has no route of the contract's topic `streams`")


def streams(look: Look) -> None:
    """An answer comes in pieces, and each when it is made."""
    must_stream(look)
    keeps("stream")(look)


def echoes(look: Look) -> None:
    """Texts and bytes come back on one WebSocket."""
    must_stream(look)
    with WebSocket(look.host, look.port, SOCKET) as socket:
        for message in MESSAGES:
            socket.send(message)
            got = socket.receive()
            look.note(f"WS {SOCKET}: {message!r}", repr(got))
            if got != message:
                raise differs(f"WS {SOCKET}", repr(message), repr(got))


def at_once(count: int) -> Check:
    """So many WebSockets stay open, and each of them still answers when all are."""

    def check(look: Look) -> Held:
        must_stream(look)
        with ExitStack() as stack:
            sockets = [stack.enter_context(WebSocket(look.host, look.port, SOCKET)) for _ in range(count)]
            for number, socket in enumerate(sockets):
                socket.must_echo(f"message {number}")
            for number, socket in enumerate(reversed(sockets)):
                socket.must_echo(f"again {number}")
        look.note(f"WS {SOCKET}: {count:,} connections open, two messages on each", f"{2 * count:,} right answers")
        return Held()

    return check
