"""The checker: who is asked what, and how it is told."""

import time
from dataclasses import replace

import pytest

from levelground.contract import checker, client
from levelground.stand import catalog
from tests.contract import test_rules
from tests.contract.honest import Honest, Reply, Request, at, lying, service, serving
from tests.contract.topics import (
    test_about,
    test_database,
    test_echo,
    test_forms,
    test_hello,
    test_items,
    test_middleware,
    test_pages,
    test_parameters,
    test_state,
    test_streams,
    test_validation,
    test_waiting,
    test_work,
)

LIARS = (
    test_hello,
    test_parameters,
    test_echo,
    test_items,
    test_validation,
    test_forms,
    test_pages,
    test_streams,
    test_state,
    test_middleware,
    test_waiting,
    test_work,
    test_database,
    test_about,
    test_rules,
)


def test_every_check_has_its_liar() -> None:
    found = {lie.check for module in LIARS for lie in module.LIES.values()}
    assert found == {check.name for check in checker.CHECKS}


def test_every_check_has_a_name_of_its_own() -> None:
    names = [check.name for check in checker.CHECKS]
    assert len(names) == len(set(names))


def test_a_service_that_is_gone_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
    honest = Honest()
    gone = False

    def app(request: Request) -> Reply:
        nonlocal gone
        gone = gone or request.path.startswith("/greet/alice")
        time.sleep(0.8 * gone)
        return honest(request)

    with serving(app) as port:
        verdicts = checker.check(service(), "127.0.0.1", port)
    names = [check.name for check in checker.CHECKS]
    assert [verdicts[name] for name in names[:4]] == [None] * 4
    assert names[4] == "greet-two"
    assert str(verdicts["greet-two"]).startswith("GET /greet/alice/admin: ")
    assert {verdicts[name] for name in names[5:]} == {"not checked, the service was gone after greet-two"}


def test_damage_that_is_seen_only_afterwards_is_told_with_the_check_that_did_it() -> None:
    honest = Honest()
    damaged = False

    def app(request: Request) -> Reply:
        nonlocal damaged
        reply = Reply(500) if damaged else honest(request)
        damaged = damaged or request.path == "/number/1a"
        return reply

    with serving(app) as port:
        verdicts = checker.check(service(), "127.0.0.1", port)
    greeting = "GET /: expected 200 text/plain 'hello world'; got 500 text/plain; charset=utf-8 ''"
    assert verdicts["number"] == f"afterwards {greeting}"
    assert verdicts["keep-alive"] == greeting
    assert [verdicts[name] for name in ("hello", "greet-two")] == [None, None]
    assert not any("afterwards" in str(text) for name, text in verdicts.items() if name != "number")


def test_damage_that_is_seen_only_afterwards_is_told_beside_what_was_wrong_before() -> None:
    honest = Honest()
    damaged = False

    def app(request: Request) -> Reply:
        nonlocal damaged
        damaged = damaged or request.path == "/json"
        return Reply(500) if damaged else honest(request)

    with serving(app) as port:
        text = checker.check(service("json"), "127.0.0.1", port)["json"]
    assert str(text).startswith("GET /json: expected 200 ")
    assert "; afterwards GET /: expected 200 " in str(text)


def test_a_service_that_is_not_there_is_told_in_two_lines() -> None:
    with serving() as port:
        pass
    rendered = checker.matrix({"gone": checker.check(service(), "127.0.0.1", port)})
    assert rendered.splitlines()[-3:] == [
        f"gone: {len(checker.CHECKS)} of {len(checker.CHECKS)} checks failed",
        f"  hello: GET /: expected an answer within 5 s; got nobody listening on 127.0.0.1:{port}",
        f"  json and {len(checker.CHECKS) - 2} more: not checked, the service was gone after hello",
    ]


def test_a_service_of_one_scenario_is_asked_for_no_other() -> None:
    verdicts = checker.check(service("hello"), "127.0.0.1", 9)
    assert list(verdicts) == ["hello", "about", "not-found", "keep-alive"]


def test_what_a_service_declares_is_not_asked_of_it() -> None:
    declaring = replace(service("json"), declared={"json": "It has none.", "hello": "It is shy."})
    assert [each.name for each in checker.meant_for(declaring)] == ["about", "not-found", "keep-alive"]
    with serving(lying(at("/json"), status=500)()) as port:
        assert "json" not in checker.check(declaring, "127.0.0.1", port)


def test_a_declared_check_is_a_dash_with_its_reason_below_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    declaring = replace(service("json", name="odd"), declared={"json": "It has none."})
    with serving(lying(at("/json"), status=500)()) as port:
        assert checker.run([declaring], lambda _: ("127.0.0.1", port)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "json        \N{EN DASH}" in lines
    assert lines[-4:] == ["", "odd: json: It has none.", "", "1 of 1 services keep the contract"]


def test_a_declared_check_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    declaring = replace(service(name="odd"), declared={"jason": "It has none."})
    with pytest.raises(catalog.UnknownName, match=r"check in x-declared of odd: jason \(there are: hello, json"):
        checker.check_all([declaring], lambda _: ("127.0.0.1", 9))


def test_every_declared_check_of_the_stand_exists() -> None:
    declared = {name for one in catalog.read() for name in one.declared}
    assert declared <= {check.name for check in checker.ALL}


def test_who_declares_a_check_is_not_asked_what_has_no_meaning_without_it() -> None:
    declaring = replace(service(), declared={"ws": "It has none."})
    names = [each.name for each in checker.meant_for(declaring, checker.ALL)]
    assert "ws-frames" in [each.name for each in checker.ALL]
    assert "ws-frames" not in names
    assert "lengths" in names


def test_what_is_declared_of_the_contract_is_told_apart_from_bad_input() -> None:
    declaring = replace(service(), declared={"json": "It has none.", "endless-head": "It knows no limit."})
    assert checker.of_contract(declaring) == {"json": "It has none."}


def test_the_matrix_shows_what_held_what_is_broken_and_what_is_not_meant() -> None:
    rendered = checker.matrix(
        {
            "fastapi": {"hello": None, "json": None},
            "falcon": {"hello": None, "json": "GET /json: expected this; got that"},
            "null": {"hello": None},
        }
    )
    assert rendered == "\n".join(
        [
            "       fastapi",
            "       │  falcon",
            "       │  │  null",
            "hello  ✓  ✓  ✓",
            "json   ✓  ✗  \N{EN DASH}",
            "",
            "falcon: 1 of 2 checks failed",
            "  json: GET /json: expected this; got that",
        ]
    )


def test_the_matrix_of_many_services_fits_a_terminal() -> None:
    verdicts: dict[str, str | None] = dict.fromkeys(check.name for check in checker.CHECKS)
    rendered = checker.matrix({f"service-number-{position}": verdicts for position in range(20)})
    assert max(map(len, rendered.splitlines())) <= 100


def test_the_exit_code_says_whether_every_check_held(capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as honest, serving(lying(at("/json"), status=500)()) as liar:
        ports = {"honest": honest, "liar": liar}
        services = [service("json", name="honest"), service("json", name="liar")]
        assert checker.run(services[:1], lambda each: ("127.0.0.1", ports[each.name])) == 0
        assert checker.run(services, lambda each: ("127.0.0.1", ports[each.name])) == 1
    assert "liar: 1 of 5 checks failed\n  json: GET /json: expected 200" in capsys.readouterr().out


def test_one_service_can_be_checked_wherever_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as port:
        assert checker.main(["null", "127.0.0.1", str(port)]) == 0
    assert "1 of 1 services keep the contract" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "not enough values"),
        (["null", "127.0.0.1", "http"], "invalid literal"),
        (["nil", "127.0.0.1", "1"], "unknown service: nil"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert checker.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("use: python -m levelground.contract.checker NAME HOST PORT (")
    assert message in told


def test_what_needs_a_helper_that_is_away_is_not_checked() -> None:
    left = {each.name for each in checker.meant_for(service(), checker.without(("postgres", "upstream")))}
    every = {each.name for each in checker.meant_for(service())}
    assert every - left == {"db", "queries", "updates", "fortunes", "fanout", "fanout-at-once"}
