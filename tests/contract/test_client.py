"""The black-box client: it waits for nothing for ever, and what it says can be shown to people."""

import threading
import time

import pytest

from levelground.contract import client
from levelground.contract.client import Client, HungUp, Mismatch
from levelground.contract.topics.echo import echo
from levelground.contract.topics.items import delete_item
from levelground.traffic import markup
from tests.contract.honest import HANGS_UP, Handler, Honest, Reply, Request, at, lying, serving, verdict


def test_a_service_that_hangs_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)

    given_up = threading.Event()

    def app(request: Request) -> Reply:
        if request.path == "/json":
            given_up.wait(30)
        return Honest()(request)

    with serving(app) as port:
        # Who waited for longer would get a right answer.
        assert verdict("json", port) == "GET /json: expected an answer within 0.3 s; got none, or only a part of it"
        given_up.set()


def test_a_service_that_trickles_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)

    given_up, waited_for = threading.Event(), threading.Event()

    def send(self: Handler, reply: Reply) -> None:
        for _ in range(600):
            self.wfile.write(b"H")
            if given_up.wait(0.05):
                return
        waited_for.set()

    with serving(send=send) as port:
        assert "got none, or only a part of it" in verdict("hello", port)
        given_up.set()
    assert not waited_for.is_set()


def test_a_check_that_takes_too_long_in_all_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CHECK_SECONDS", 0.2)

    def app(request: Request) -> Reply:
        time.sleep(0.03)
        return Honest()(request)

    with serving(app) as port:
        assert "got slow ones: the check takes over 0.2 s" in verdict("number", port)


def test_what_a_service_sends_cannot_act_on_the_terminal() -> None:
    with serving(lying(at("/json"), body=b"\x1b[31m" + b"a" * 1000)()) as port:
        text = verdict("json", port)
    assert "\x1b" not in text
    assert len(text) < 300


def test_an_attempt_may_be_hung_up_on_and_a_request_may_not() -> None:
    with serving(lambda _: HANGS_UP) as port, Client("127.0.0.1", port) as asking:
        assert asking.attempt("POST", "/echo", b"1") is None
        with pytest.raises(HungUp, match=r"POST /echo '1': expected an answer within 5 s; got a closed connection$"):
            asking.post("/echo", b"1")


def test_a_step_of_the_traffic_is_held_against_its_answer() -> None:
    with serving() as port, Client("127.0.0.1", port) as asking:
        asking.must_answer(echo({"a": [1.5, "ü"]}))
        with pytest.raises(Mismatch, match=r"DELETE /items/a: expected 204 without a body.*; got 404"):
            asking.must_answer(delete_item("a"))
    wrong = pytest.raises(Mismatch, match=r"POST /echo '1': expected 200 application/json '1'; got .*'2'")
    with serving(lying(at("/echo"), body=b"2")()) as port, Client("127.0.0.1", port) as asking, wrong:
        asking.must_answer(echo(1))


def test_a_long_body_is_told_by_its_beginning_and_its_size() -> None:
    with serving(lying(at("/echo"), status=500)()) as port, Client("127.0.0.1", port) as one:
        answer = one.post("/echo", b'"' + b"\xc3\xbc" * 100_000 + b'"')
        with pytest.raises(Mismatch, match=r"^POST /echo '\"üüü[^ ]*… \(200,002 bytes\): expected 200; got 500"):
            answer.must_be(200)


def test_a_page_is_told_by_where_it_differs() -> None:
    page = b"<p>one</p><p>two</p>"
    with serving(lying(at("/"), body=page, content_type="text/html")()) as port, Client("127.0.0.1", port) as one:
        answer = one.get("/")
        answer.must_be_page(markup.meaning("<p>one</p>\n<p>two</p>"))
        with pytest.raises(Mismatch, match=r"^GET /: expected a page with '.*three.*'; got '.*two.*' there$"):
            answer.must_be_page(markup.meaning("<p>one</p><p>three</p>"))
