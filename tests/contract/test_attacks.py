"""The attacks, against a service that withstands them, and against liars, each of which fails at one."""

import re
import time
from threading import BoundedSemaphore
from typing import override

import pytest
from websockets.server import ServerProtocol

from levelground.contract import checker, client, websocket
from levelground.contract.attacks import ATTACKS
from tests.contract.honest import Honest, service
from tests.contract.strict import FAILED, OK, SWITCHED, Lie, Strict, serving


class Waits(Strict):
    """Waits for more from a client that has said that there is none."""

    @override
    def ended(self) -> None:
        time.sleep(1)


class DiesOfUploads(Strict):
    """Forgets all that it stored when an upload is cut off."""

    honest = Honest()
    app = staticmethod(honest)

    @override
    def ended(self) -> None:
        if b"aaaa" * 1000 in self.seen:
            self.honest.items.clear()


class DiesOfSockets(DiesOfUploads):
    @override
    def ended(self) -> None:
        if b"Sec-WebSocket-Key" in self.seen:
            self.honest.items.clear()


class Deaf(Strict):
    """Takes frames of any kind, and answers none."""

    @override
    def socket(self) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(self.seen)
        (asked,) = protocol.events_received()
        protocol.send_response(protocol.accept(asked))  # type: ignore[arg-type]
        self.request.sendall(b"".join(protocol.data_to_send()))
        while True:
            self.receive()


def dies(handler: type[DiesOfUploads]) -> dict[str, object]:
    return {"honest": (honest := Honest()), "app": staticmethod(honest)}


def few() -> dict[str, object]:
    return {"threads": BoundedSemaphore(4)}


OTHERS = "others served; got GET /: expected an answer within 0.5 s"
LIES = {
    "wants it at once": Lie("byte-by-byte", "expected an answer; got a closed connection", {b"GET /": b""}),
    "four threads, slow heads": Lie("slow-heads", OTHERS, attributes=few),
    "four threads, slow bodies": Lie("slow-bodies", OTHERS, attributes=few),
    "four threads, idle connections": Lie("idle-connections", OTHERS, attributes=few),
    "four threads, clients that never read": Lie("never-reads", OTHERS, attributes=few),
    "four threads, sockets that never read": Lie(
        "ws-never-reads", "a WebSocket within 0.5 s; got none", attributes=few
    ),
    "waits for ever": Lie("half-open", "nothing and a half-close: .* got none", handler=Waits),
    "500 for half a chunk": Lie("half-open", "half a chunk .*: expected a 4xx; got 500", {b'10\r\n{"a"': FAILED}),
    "dies of half an upload": Lie("cut-uploads", "another worker", handler=DiesOfUploads),
    "a plus before a length": Lie("lengths", r"`Content-Length: \+2`: expected a 4xx; got 200", {b"Length: +2": OK}),
    "the second length": Lie("lengths", "two Content-Lengths that differ: .* got 200", {b"2\r\nContent-Length: 3": OK}),
    "a length rather than chunks": Lie(
        "lengths", "with chunks: expected 200 .*; got 200 .*{}", {b"Length: 1\r\nT": OK}
    ),
    "0x2 as a chunk's size": Lie("chunks", "a chunk of size '0x2': expected a 4xx; got 200", {b"\r\n\r\n0x2": OK}),
    "a space before the colon": Lie("header-names", "before the colon: expected a 4xx; got 200", {b"x-a : b": OK}),
    "500 for NUL": Lie("header-values", "NUL in a value: .* below 500; got 500", {b"x-a: a\0b": FAILED}),
    "headers without an end": Lie("endless-head", "headers of 16 MiB: .* got 200", {b"x-a: bcdefghi\r\n" * 9: OK}),
    "500 for CONNECT": Lie("targets", "CONNECT a:80 .* below 500; got 500", {b"CONNECT a:80": FAILED}),
    "500 for HTTP/9.9": Lie("versions", "GET / HTTP/9.9: .* below 500; got 500", {b"HTTP/9.9": FAILED}),
    "one answer for all": Lie("pipelined", "20 answers; got 1 and a closed connection", {b"/greet/name19": OK}),
    "one answer twenty times": Lie("pipelined", "'hello name0'; got 200 .*{}", {b"/greet/name19": OK * 20}),
    "garbage is fine": Lie("pipelined-garbage", "garbage at once: expected a 4xx; got 200", {b"garbage": OK + OK}),
    "any version": Lie("ws-handshake", "version 99: expected a 4xx; got 101", {b"sion: 99": SWITCHED}),
    "a socket anywhere": Lie("ws-handshake", "at /nope: expected no WebSocket", {b"/nope HTTP/1.1": SWITCHED}),
    "any key": Lie("ws-key", "the key .abc.: expected a 4xx; got 101", {b"Key: abc": SWITCHED}),
    "any frame": Lie("ws-frames", "a ping in fragments: .*a close within 0.5 s; got none", handler=Deaf),
    "any length": Lie("ws-lengths", r"a frame of 4,611,.*: .* a close within 0.5 s; got none", handler=Deaf),
    "dies of a socket that is left": Lie("ws-hang-up", "another worker", handler=DiesOfSockets),
}


def verdict(check: str, port: int) -> str | None:
    return checker.check(service(check), "127.0.0.1", port, ATTACKS.checks)[check]


@pytest.mark.parametrize("name", [each.name for each in ATTACKS.checks])
def test_a_strict_service_withstands(name: str) -> None:
    with serving() as port:
        assert verdict(name, port) is None


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_liar_is_found(lie: Lie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(websocket, "ANSWER_SECONDS", 0.5)
    attributes = dies(lie.handler) if issubclass(lie.handler, DiesOfUploads) else lie.attributes()
    with serving(lie.handler, lies=lie.lies, **attributes) as port:
        found = verdict(lie.check, port)
    assert found is not None, f"{lie.check} did not find it"
    assert re.search(lie.says, found), found


def test_every_attack_has_its_liar() -> None:
    assert {lie.check for lie in LIES.values()} == {each.name for each in ATTACKS.checks}


def test_a_coding_that_is_not_known_may_be_called_not_implemented() -> None:
    """RFC 9112, section 6.1: that 501 is no failure."""
    with serving(lies={b"xchunked": FAILED.replace(b"500", b"501")}) as port:
        assert verdict("lengths", port) is None
    with serving(lies={b"Length: +2": FAILED.replace(b"500", b"502")}) as port:
        assert "expected a 4xx; got 502" in str(verdict("lengths", port))
