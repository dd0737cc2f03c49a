"""The server with known delays, in a thread: what it says of delays and stalls is what its clients see."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest

from levelground.calibration import delays, timing
from levelground.traffic import client

MS = 1_000_000


@pytest.fixture
def server() -> Iterator[delays.Server]:
    one = delays.Server(("127.0.0.1", 0))
    thread = Thread(target=one.serve)
    thread.start()
    yield one
    one.stop()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_an_answer_comes_after_its_delay_and_says_hello(server: delays.Server) -> None:
    for ms in (0, 5, 30):
        began = time.perf_counter_ns()
        assert timing.ask(server.address, f"/delay/{1000 * ms}") == "hello world"
        assert time.perf_counter_ns() - began >= ms * MS


def test_requests_that_come_together_are_answered_each_in_its_time(server: delays.Server) -> None:
    with closing(socket.create_connection(server.address)) as one:
        one.settimeout(5)
        one.sendall(b"GET /delay/60000 HTTP/1.1\r\n\r\nGET /nowhere HTTP/1.1\r\n\r\nGET /delay/0 HTTP/1.1\r\n\r\n")
        data = b""
        while data.count(b"HTTP/1.1 ") < 3 or not data.endswith(b"hello world"):
            data += one.recv(4096)
        assert data == delays.NOT_FOUND + delays.HELLO + delays.HELLO


def test_a_request_in_pieces_is_one_request(server: delays.Server) -> None:
    with closing(socket.create_connection(server.address)) as one:
        one.settimeout(5)
        one.sendall(b"GET /delay/0 HTTP/1.1\r\nHost: x\r")
        time.sleep(0.02)
        one.sendall(b"\n\r\n")
        assert one.recv(4096) == delays.HELLO


def test_it_tells_what_was_asked_for_and_how_late_it_was_itself(server: delays.Server) -> None:
    for us in (3000, 0):
        timing.ask(server.address, f"/delay/{us}")
    told = json.loads(timing.ask(server.address, "/report"))
    assert told["asked_us"] == [3000, 0]
    assert len(told["late_us"]) == 2
    assert min(told["late_us"]) >= 0
    assert json.loads(timing.ask(server.address, "/report")) == {"asked_us": [], "late_us": []}


def test_in_a_stall_nobody_is_answered_until_its_end(server: delays.Server) -> None:
    begin, end = map(int, timing.ask(server.address, "/stall/30000/100000").split())
    assert end - begin == 100 * MS
    time.sleep(max(0, begin + 10 * MS - time.perf_counter_ns()) / 1e9)
    timing.ask(server.address, "/delay/0")
    assert time.perf_counter_ns() >= end


def test_a_client_that_leaves_before_its_answer_takes_nothing_with_it(server: delays.Server) -> None:
    with closing(socket.create_connection(server.address)) as one:
        one.sendall(b"GET /delay/20000 HTTP/1.1\r\n\r\n")
    time.sleep(0.04)
    assert timing.ask(server.address, "/delay/0") == "hello world"


def test_the_open_loop_sees_the_delays_that_were_asked_for(server: delays.Server) -> None:
    with closing(client.Endpoint(server.address)) as endpoint:
        scripts = timing.asking(endpoint, [1000, 2000, 30_000, 4000], 4)
        endpoint.prepare(4)
        timing.ask(server.address, "/report")
        burst, due = timing.released(endpoint, scripts, 40, 0.2, 1)
        told = json.loads(timing.ask(server.address, "/report"))
        assert len(burst.latencies_ns) == len(due) == len(told["asked_us"])
        assert sorted(told["asked_us"]) <= [ns / 1000 for ns in sorted(burst.service_ns)]


def test_a_server_that_does_not_answer_is_no_calibration(
    server: delays.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DRAIN_SECONDS", 0.1)
    with closing(client.Endpoint(server.address)) as endpoint:
        scripts = timing.asking(endpoint, [1_000_000], 4)
        endpoint.prepare(4)
        with pytest.raises(RuntimeError, match="8 of 8 requests were not answered in time"):
            timing.released(endpoint, scripts, 40, 0.1, 1)
