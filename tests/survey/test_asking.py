"""Checks over HTTP hold for the right answers, and for no others."""

import pytest

from levelground.contract.client import Mismatch, NoAnswer
from levelground.survey.asking import (
    Ask,
    all_of,
    asks,
    get,
    header,
    holding,
    html,
    keeps,
    naming,
    post,
    status,
    text,
    told,
    value,
)
from levelground.survey.terms import Check, Held
from tests.survey import fake
from tests.survey.fake import held, refused

HELLO = {f"GET {target}": fake.text("hello world") for target in ("/", "/?a=1")}


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (asks(get("/a", text("hello"))), fake.text("hello"), fake.text("hullo")),
        (asks(get("/a", value({"n": 1}))), fake.value({"n": 1}), fake.value({"n": True})),
        (asks(get("/a", status(404))), fake.NOT_FOUND, fake.text("here")),
        (
            asks(get("/a", naming("count"))),
            fake.text("count is no number", status="422 No"),
            fake.text("wrong", status="422 No"),
        ),
        (
            asks(get("/a", naming("count"))),
            fake.text("count is no number", status="400 No"),
            fake.text("count", status="500 No"),
        ),
        (
            asks(get("/a", header("x-signals", "first, second", text("hello")))),
            fake.text("hello", "X-Signals: first, second"),
            fake.text("hello", "X-Signals: second, first"),
        ),
        (
            asks(get("/a", header("x-allowed", None, text("hello")))),
            fake.text("hello"),
            fake.text("hello", "X-Allowed: *"),
        ),
        (asks(get("/a", holding(adapter=False))), fake.value({"adapter": False, "n": 1}), fake.value({"n": 1})),
        (asks(get("/a", html("<h1>hello</h1>"))), fake.page("<p><h1>hello</h1>"), fake.page("<h1>hullo</h1>")),
        (asks(get("/a", html("<h1>hello</h1>"))), fake.page("<h1>hello</h1>"), fake.text("<h1>hello</h1>")),
    ],
)
def test_an_answer_is_held_against_what_is_claimed(check: Check, right: bytes, wrong: bytes) -> None:
    assert held(check, {"GET /a": right}) == Held()
    refused(check, {"GET /a": wrong}, "expected .*; got ")


def test_every_one_of_several_requests_has_to_be_answered_rightly() -> None:
    check = asks(
        get("/a", text("a")), post("/b", {"name": "Zoë"}, value({"name": "Zoë"})), Ask("DELETE", "/c", status(405))
    )
    right = {
        "GET /a": fake.text("a"),
        "POST /b": fake.value({"name": "Zoë"}),
        "DELETE /c": fake.text("", status="405 No"),
    }
    assert held(check, right) == Held()
    for missing in right:
        refused(check, right | {missing: fake.NOT_FOUND if missing != "DELETE /c" else fake.text("gone")}, "expected")


def test_what_was_asked_and_answered_is_evidence_also_when_it_was_wrong() -> None:
    with fake.serving({"GET /a": fake.value({"injected": "real"})}) as running:
        seen = fake.look(running)
        asks(get("/a", status(200)))(seen)
    assert [(one.request, one.answer) for one in seen.evidence] == [
        ("GET /a", '200 application/json {"injected": "real"}')
    ]


def test_a_service_that_hangs_is_waited_for_no_longer_than_was_said() -> None:
    with fake.serving({"GET /a": fake.HANGS}) as running:
        seen = fake.look(running)
        with pytest.raises(NoAnswer, match=r"an answer within 0\.2 s"):
            asks(get("/a", status(200)), seconds=0.2)(seen)
        assert seen.evidence[0].request == "GET /a"


def test_a_check_of_the_contract_is_taken_as_it_is() -> None:
    assert held(keeps("hello"), HELLO) == Held()
    refused(keeps("hello"), HELLO | {"GET /": fake.text("hullo world")}, "hello world")


def test_what_is_told_has_to_be_an_object() -> None:
    with fake.serving({"GET /a": fake.value({"n": 1})}) as running:
        assert told(fake.look(running), "/a") == {"n": 1}
    with fake.serving({"GET /a": fake.value([1])}) as running, pytest.raises(Mismatch, match="a JSON object"):
        told(fake.look(running), "/a")


def test_of_several_checks_the_one_through_another_package_is_told() -> None:
    both = all_of(lambda _: Held("x", "a note"), lambda _: None)
    assert held(both, {}) == Held("x", "a note")
    refused(all_of(lambda _: None, keeps("hello")), {}, "hello world")
