"""Scenarios: the same bytes for everyone, and answers judged by meaning."""

from email.message import Message
from email.parser import BytesParser
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest

from levelground.stand.catalog import UnknownName
from levelground.traffic import scenario
from levelground.traffic.scenario import Event, data, events, file, message, page, stream, text, upload
from levelground.traffic.step import BINARY, EVENTS, TEXT
from tests.rendered import rendered

ALL = scenario.read()
ALIKE = {"crowd", "hello", "json", "middleware", "static"}
"""Their requests are all alike."""
FEW = ALIKE | {"cpu", "db", "fanout", "fortunes", "queries", "session", "sleep", "stream", "template", "upload"}
"""Their requests are not many: what they measure is not in reach of a router's cache."""


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_scenario_renders_the_same_bytes_for_the_same_seed(
    one: scenario.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "POOL", 512)
    assert scenario.digest(one.render(3, 16)) == scenario.digest(one.render(3, 16))


@pytest.mark.parametrize("one", [one for one in ALL if one.name not in ALIKE], ids=lambda one: one.name)
def test_another_seed_gives_other_values(one: scenario.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario, "POOL", 512)
    assert scenario.digest(one.render(3, 16)) != scenario.digest(one.render(4, 16))


@pytest.mark.parametrize("connections", [1, 7, 16, 300])
def test_every_connection_gets_as_many_transactions(connections: int) -> None:
    (hello,) = scenario.select(ALL, ["hello"])
    pool = hello.render(1, connections)
    assert len(pool) == connections
    assert len({len(of_connection) for of_connection in pool}) == 1
    assert len(pool[0]) >= 1


@pytest.mark.parametrize("one", [one for one in ALL if one.name not in FEW], ids=lambda one: one.name)
def test_values_are_too_many_for_a_cache_of_whole_requests(one: scenario.Scenario) -> None:
    requests: set[bytes] = set()
    for transaction in islice(one.transactions(Random(1)), scenario.POOL):
        requests.update(step.request for step in transaction)
        if len(requests) > 5 * 1200:
            return
    pytest.fail(f"{len(requests)} different requests")


def test_a_scenario_that_repeats_itself_takes_the_memory_of_one_step() -> None:
    (hello,) = scenario.select(ALL, ["hello"])
    assert len({id(step) for of_one in rendered(hello) for transaction in of_one for step in transaction}) == 1


def test_a_step_keeps_the_order_of_keys_and_the_fractions_of_its_scenario() -> None:
    step = data("GET", "/", says={"b": 1.0, "a": "ü"})
    assert (step.body, step.written) == ('{"a":"ü","b":1}', '{"b":1.0,"a":"ü"}')
    assert data("GET", "/", says={"a": "ü", "b": 1}).written == ""


def test_no_two_connections_share_an_item() -> None:
    (items,) = scenario.select(ALL, ["items"])
    paths = [
        {step.request.split()[1] for transaction in of_connection for step in transaction}
        for of_connection in rendered(items)
    ]
    assert len(set.union(*paths)) == sum(map(len, paths))


def test_an_echo_is_about_a_kibibyte() -> None:
    (echo,) = scenario.select(ALL, ["echo"])
    for of_connection in rendered(echo):
        for (step,) in of_connection:
            assert 800 < len(step.content) < 1200


def test_every_request_is_http_with_the_fixed_host_and_a_true_length() -> None:
    for one in ALL:
        if rendered(one).websocket:
            continue
        for transaction in rendered(one)[0]:
            for step in transaction:
                head, _, body = step.request.partition(b"\r\n\r\n")
                assert f"\r\nHost: {scenario.HOST}".encode() in head
                assert head.isascii()
                lengths = [
                    int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")
                ]
                assert lengths == ([len(body)] if body else [])


def test_paths_beyond_ascii_are_percent_encoded() -> None:
    assert text("GET", "/greet/ü x?a=ß&b=1", says="").request.startswith(
        b"GET /greet/%C3%BC%20x?a=%C3%9F&b=1 HTTP/1.1\r\n"
    )


def test_a_query_is_encoded_whatever_is_in_it() -> None:
    asked = page("/template", query={"title": "a & b=ü?"}, says="").request
    assert asked.startswith(b"GET /template?title=a+%26+b%3D%C3%BC%3F HTTP/1.1\r\n")


def test_a_form_is_sent_as_a_browser_does_and_a_list_field_by_field() -> None:
    head, _, body = data("POST", "/form", form={"name": "a & ü", "topic": ["b", "c"]}, says=1).request.partition(
        b"\r\n\r\n"
    )
    assert body == b"name=a+%26+%C3%BC&topic=b&topic=c"
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 33" in head


def test_cookies_are_one_header() -> None:
    head = data("GET", "/", cookies={"a": "1", "b": "2"}, says=1).request
    assert head == b"GET / HTTP/1.1\r\nHost: level.ground\r\nCookie: a=1; b=2\r\n\r\n"


def test_an_unknown_name_lists_the_right_ones() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown scenario: hallo \(there are: cookie, cpu, crowd, db, echo, events, fanout, "
    ):
        scenario.select(ALL, ["hallo"])


def test_a_scenario_file_without_transactions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text('"""A docstring."""\n')
    with pytest.raises(ImportError, match=r"bad\.py: a scenario needs a docstring and a function transactions"):
        scenario.read(tmp_path)


def test_a_scenario_may_need_a_number_of_connections_of_its_own(tmp_path: Path) -> None:
    hello = (scenario.SCENARIOS / "hello.py").read_text()
    (tmp_path / "many.py").write_text(f"{hello}\n\nconnections = 5000\n")
    (many,) = scenario.read(tmp_path)
    assert many.connections == 5000
    assert len(many.render(1, 5000)) == 5000
    assert {one.name: one.connections for one in ALL if one.connections} == {"crowd": 5000}


@pytest.mark.parametrize("connections", ["0", "'many'", "-1"])
def test_a_scenario_with_no_such_number_of_connections_is_refused(connections: str, tmp_path: Path) -> None:
    hello = (scenario.SCENARIOS / "hello.py").read_text()
    (tmp_path / "many.py").write_text(f"{hello}\n\nconnections = {connections}\n")
    with pytest.raises(ImportError, match=r"many\.py: connections = .* is no number of connections"):
        scenario.read(tmp_path)


def of(*steps: scenario.Step) -> scenario.Scenario:
    return scenario.Scenario("of", "Those steps.", lambda _: ([step] for step in cycle(steps)))


def test_messages_and_requests_do_not_share_a_connection() -> None:
    assert of(message("/ws", "a"), message("/ws", b"b")).render(1, 2).websocket == "/ws"
    assert of(text("GET", "/", says="a")).render(1, 2).websocket == ""
    for other in (text("GET", "/", says="a"), message("/other", "a")):
        with pytest.raises(ValueError, match=r"scenario of: .* on one connection"):
            of(message("/ws", "a"), other).render(1, 2)


def test_a_scenario_of_long_requests_has_fewer_transactions() -> None:
    long = upload("/upload", bytes(1 << 20), says={})
    pool = of(long).render(1, 16)
    sent = sum(len(step.request) for of_one in pool for transaction in of_one for step in transaction)
    assert scenario.POOL_BYTES / 2 < sent <= scenario.POOL_BYTES
    assert len(of(upload("/upload", bytes(scenario.POOL_BYTES), says={})).render(1, 4)) == 4


def test_an_upload_is_a_form_with_one_file() -> None:
    file = bytes(range(256)) * 256
    step = upload("/upload", file, says={"size": len(file)})
    head, _, body = step.request.partition(b"\r\n\r\n")
    fields = head.split(b"\r\n", 1)[1]
    parts = BytesParser().parsebytes(fields + b"\r\n\r\n" + body).get_payload()
    assert isinstance(parts, list)
    (part,) = parts
    assert isinstance(part, Message)
    assert (part.get_param("name", header="content-disposition"), part.get_filename()) == ("file", "file.bin")
    assert part.get_payload(decode=True) == file
    assert step.line == "POST /upload"


def test_steps_say_what_is_right_about_them() -> None:
    said = [Event("one", "tick", "1"), Event("two", "tick", "2")]
    assert events("/events", says=said).accepts(
        200, EVENTS, b"data:one\r\nevent:tick\r\nid:1\r\n\r\n: ping\r\n\r\nid:2\r\nevent:tick\r\ndata:two\r\n\r\n"
    )
    assert not events("/events", says=said).accepts(200, EVENTS, b"data: one\n\n")
    assert not events("/events", says=said).accepts(200, EVENTS, b"\xff")
    assert stream("/stream/2", says=["a", "b"]).accepts(200, TEXT, b"ab")
    assert file("/static/a", says=b"\xff", media_type="image/png").accepts(200, "image/png", b"\xff")
    assert not file("/static/a", says=b"\xff", media_type="image/png").accepts(200, "image/png", b"\xfe")
    assert message("/ws", "ü").accepts(0, TEXT, "ü".encode())
    assert not message("/ws", "ü").accepts(0, BINARY, "ü".encode())
    assert message("/ws", b"\xff").line == "WS /ws with 1 bytes of binary"
