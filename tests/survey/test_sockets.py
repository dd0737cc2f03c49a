"""WebSockets that echo, and those that do not."""

import pytest

from levelground.contract.client import Mismatch
from levelground.survey.sockets import at_once, echoes, streams, waits_at_once
from levelground.survey.terms import Check, Look, Unchecked
from tests.survey import fake
from tests.websocket import WebSocketServer, frame


def test_a_websocket_that_echoes_is_one() -> None:
    with WebSocketServer() as server:
        seen = Look(server.address)
        echoes(seen)
    assert seen.evidence[0].answer == "'hello'"


def test_a_websocket_that_answers_something_else_is_none() -> None:
    with WebSocketServer(lambda _, __: [frame("hullo")]) as server, pytest.raises(Mismatch, match="got 'hullo'"):
        echoes(Look(server.address))


def test_a_path_that_is_no_websocket_is_told() -> None:
    with WebSocketServer(status=403) as server, pytest.raises(Mismatch, match="HTTP 403"):
        echoes(Look(server.address))


@pytest.mark.parametrize("check", [echoes, streams, at_once(2)])
def test_a_service_without_the_topic_says_nothing_of_its_framework(check: Check) -> None:
    with WebSocketServer(status=404) as server, pytest.raises(Unchecked, match="the contract's topic `streams`"):
        check(Look(server.address))


def test_requests_that_wait_at_once_are_told_with_their_time() -> None:
    with fake.serving({"GET /sleep/500": fake.value({"ms": 500})}) as running:
        seen = fake.look(running)
        waits_at_once(seen)
    assert seen.evidence[-1].request == "16 × GET /sleep/500, at once"
    fake.refused(waits_at_once, {}, "GET /sleep/500")


def test_an_answer_that_is_not_in_pieces_is_told() -> None:
    fake.refused(streams, {"GET /stream/1": fake.text("piece 2\n")}, "'piece 1")


def test_many_connections_are_open_at_once_and_each_is_answered() -> None:
    with WebSocketServer() as server:
        seen = Look(server.address)
        at_once(20)(seen)
        assert len(server.messages) == 40
    assert seen.evidence[0].answer == "40 right answers"


def test_one_of_many_connections_that_is_answered_wrongly_is_told() -> None:
    with (
        WebSocketServer(lambda number, message: [frame("hullo" if number == 25 else message)]) as server,
        pytest.raises(Mismatch, match="hullo"),
    ):
        at_once(20)(Look(server.address))
