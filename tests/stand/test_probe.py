"""The probe against services that answer well, badly, drop by drop or not at all."""

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from levelground.stand import probe
from levelground.stand.catalog import Service
from tests.server import Piece, Server, answer

DESCRIPTION = {"framework": "test", "container": "0123456789ab"}
RIGHT = answer(json.dumps(DESCRIPTION).encode(), media_type="application/json")
NO_TIME = 0.3


def drop_by_drop(data: bytes) -> list[Piece]:
    """Each byte comes in time, all of them take seconds."""
    return [piece for at in range(len(data)) for piece in cast("list[Piece]", [data[at : at + 1], 0.02])]


def about(*pieces: Piece) -> dict[str, Any]:
    with Server(lambda *_: pieces) as server:
        return probe.about(server.address, NO_TIME)


def services(*names: str) -> Sequence[Service]:
    return [Service(name, "contender", port) for port, name in enumerate(names, start=8001)]


def test_a_service_describes_itself() -> None:
    assert about(RIGHT) == DESCRIPTION


def test_a_description_may_come_in_chunks_and_pieces() -> None:
    body = json.dumps(DESCRIPTION).encode()
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert about(chunked[:10], 0.01, chunked[10:90], 0.01, chunked[90:]) == DESCRIPTION


@pytest.mark.parametrize(
    ("pieces", "complaint"),
    [
        ([answer(b"", status="503 Service Unavailable")], "GET /about answered 503"),
        ([answer(b"hello")], "GET /about answered no JSON: b'hello'"),
        ([answer(b"[]")], r"GET /about answered no JSON object: b'\[\]'"),
        ([b"SMTP ready\r\n"], "GET /about: SMTP ready"),
        ([None], "GET /about: .*closed connection without response"),
        ([RIGHT[:-1], None], "GET /about: IncompleteRead"),
    ],
)
def test_what_is_no_description_is_not_up(pieces: Sequence[Piece], complaint: str) -> None:
    with pytest.raises(probe.NotUp, match=complaint):
        about(*pieces)


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        drop_by_drop(RIGHT),
        drop_by_drop(RIGHT.replace(b"HTTP", b"HTTP/1.1 100 Continue\r\n\r\nHTTP", 1)),
        [RIGHT[:-20], *drop_by_drop(RIGHT[-20:])],
        [b"HTTP/1.1 200 OK\r\n", *drop_by_drop(b"X: y\r\n" * 90)],
    ],
    ids=["nothing", "an answer", "two heads", "a body", "a head without end"],
)
def test_what_is_not_there_in_time_is_not_up(pieces: Sequence[Piece]) -> None:
    with pytest.raises(probe.NotUp, match=r"GET /about: no whole answer within 0\.3 s"):
        about(*pieces)


def test_who_refuses_is_not_up() -> None:
    with Server(lambda *_: [RIGHT]) as server:
        address = server.address
    with pytest.raises(probe.NotUp, match=r"GET /about: .*refused"):
        probe.about(address)


def test_a_name_that_nobody_knows_is_no_container() -> None:
    with pytest.raises(probe.NotUp, match="no such container is running"):
        probe.about(("nobody.invalid", 8000))


def test_a_page_is_there_whatever_it_answers() -> None:
    with Server(lambda *_: [answer(b"", status="404 Not Found")]) as server:
        assert probe.await_page(server.address, 5.0)


def test_a_page_that_trickles_is_not_waited_for_beyond_the_time() -> None:
    with Server(lambda *_: drop_by_drop(answer(b" " * 1000))) as server:
        assert not probe.await_page(server.address, NO_TIME)


def test_who_is_up_and_who_is_not_is_told_with_the_reason() -> None:
    one, two = services("one", "two")
    with Server(lambda *_: [RIGHT]) as up, Server(lambda *_: [answer(b"hi")]) as down:
        addresses = {"one": up.address, "two": down.address}
        found = probe.await_all([one, two], NO_TIME, lambda service: addresses[service.name])
    assert found == ({"one": DESCRIPTION}, {"two": "GET /about answered no JSON: b'hi'"})


def test_a_service_that_starts_late_is_waited_for() -> None:
    with Server(lambda number, _: [RIGHT] if number > 1 else [None]) as server:
        assert probe.await_all(services("one"), 10.0, lambda _: server.address) == ({"one": DESCRIPTION}, {})
