"""Checks over WebSockets, and over many connections at once."""

from contextlib import ExitStack

from levelground.contract.topics.streams import SOCKET
from levelground.contract.websocket import WebSocket
from levelground.survey.terms import Check, Held, Look, differs

MESSAGES = ("hello", "Zoë", b"\x00\xff")


def echoes(look: Look) -> None:
    """Texts and bytes come back on one WebSocket."""
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
        with ExitStack() as stack:
            sockets = [stack.enter_context(WebSocket(look.host, look.port, SOCKET)) for _ in range(count)]
            for number, socket in enumerate(sockets):
                socket.must_echo(f"message {number}")
            for number, socket in enumerate(reversed(sockets)):
                socket.must_echo(f"again {number}")
        look.note(f"WS {SOCKET}: {count:,} connections open, two messages on each", f"{2 * count:,} right answers")
        return Held()

    return check
