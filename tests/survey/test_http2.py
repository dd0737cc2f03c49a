"""HTTP/2 by prior knowledge, spoken by a server of h2's, by one that speaks only HTTP/1.1, and by liars."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import h2.config
import h2.connection
import h2.events
import pytest

from levelground.contract.client import Mismatch
from levelground.survey import http2
from levelground.survey.http2 import speaks
from levelground.survey.terms import Look
from tests.survey import fake


@contextmanager
def server(body: bytes, *, resets: bool = False) -> Iterator[tuple[str, int]]:
    """Answers every stream of one connection with this body."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_serve, args=(listener, body, resets), daemon=True)
        thread.start()
        yield listener.getsockname()
        thread.join()


def _serve(listener: socket.socket, body: bytes, resets: bool) -> None:
    connection, _ = listener.accept()
    protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    protocol.initiate_connection()
    with connection:
        connection.sendall(protocol.data_to_send())
        while data := connection.recv(1 << 16):
            for event in protocol.receive_data(data):
                if isinstance(event, h2.events.RequestReceived) and event.stream_id:
                    if resets:
                        protocol.reset_stream(event.stream_id)
                        continue
                    protocol.send_headers(event.stream_id, [(":status", "200")])
                    protocol.send_data(event.stream_id, body, end_stream=True)
            connection.sendall(protocol.data_to_send())


def test_several_requests_on_one_connection_are_answered() -> None:
    with server(b"hello world") as address:
        seen = Look(address)
        speaks(seen)
    assert seen.evidence[0].answer == ", ".join(["HTTP/2 200 hello world"] * http2.STREAMS)


def test_a_wrong_answer_in_http2_is_told() -> None:
    with server(b"hullo world") as address, pytest.raises(Mismatch, match="hullo world"):
        speaks(Look(address))


def test_a_stream_that_is_reset_is_told() -> None:
    with server(b"", resets=True) as address, pytest.raises(Mismatch, match="error code"):
        speaks(Look(address))


def test_a_server_that_speaks_only_http_1_is_found_out() -> None:
    refusal = fake.text("what?", status="400 Bad Request")
    with fake.serving({"PRI *": [refusal, None]}) as running:
        seen = Look(running.address)
        with pytest.raises(Mismatch, match="answers in HTTP/2"):
            speaks(seen)
    assert seen.evidence[0].answer.startswith("no HTTP/2: ")


def test_a_server_that_says_nothing_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2, "ANSWER_SECONDS", 0.2)
    with fake.serving({"PRI *": fake.HANGS}) as running, pytest.raises(Mismatch, match=r"within 0\.2 s"):
        speaks(Look(running.address))
