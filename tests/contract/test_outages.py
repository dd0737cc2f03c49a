"""Outages, against a service whose database is a switch."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import override
from urllib.parse import parse_qs

import pytest

from levelground.contract import client, hostility, outages
from levelground.contract.terms import Topic
from levelground.contract.topics.database import number, sorted_page
from levelground.stand.helpers import Away
from tests.contract.honest import Honest, Reply, Request, as_json, service, serving


@dataclass
class Switch:
    away: bool = False

    @contextmanager
    def outage(self) -> Iterator[None]:
        self.away = True
        yield
        self.away = False


class Stored(Honest):
    """The paths of the database; `unavailable` is what they answer while it is away."""

    def __init__(self, switch: Switch, unavailable: Callable[[], Reply] = lambda: Reply(503)) -> None:
        super().__init__()
        self.switch = switch
        self.unavailable = unavailable

    @override
    def answer(self, template: str, request: Request, *parameters: str) -> Reply:
        if not template.startswith(("/db", "/fortunes")):
            return super().answer(template, request, *parameters)
        if self.switch.away:
            return self.unavailable()
        asked = {name: texts[0] for name, texts in parse_qs(request.query).items()}
        match template:
            case "/db":
                return as_json({"id": int(asked["id"]), "number": number(int(asked["id"]))})
            case "/fortunes":
                return Reply(200, sorted_page(asked["added"]).encode(), "text/html; charset=utf-8")
        start = int(asked["start"])
        rows = [start + 19 * place for place in range(int(parameters[0]))]
        return as_json([{"id": id, "number": int(asked.get("number", number(id)))} for id in rows])


def verdict(app: Stored, check: str = "database-away") -> str | None:
    (meant,) = [each for each in outages.OUTAGES if each.name == check]
    with serving(app) as port:
        suffered = outages.suffer(meant, app.switch.outage, [(service(name="odd"), ("127.0.0.1", port))])
    assert list(suffered) == ["odd"]
    return suffered["odd"]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(outages, "RECOVERY_SECONDS", 0.5)
    monkeypatch.setattr(outages, "PAUSE_SECONDS", 0.05)


@pytest.mark.parametrize("check", [each.name for each in outages.OUTAGES])
def test_a_503_and_right_answers_afterwards_are_all_that_is_asked(check: str) -> None:
    assert verdict(Stored(Switch()), check) is None


def test_another_answer_than_503_is_found() -> None:
    wrong = str(verdict(Stored(Switch(), lambda: Reply(500))))
    assert wrong.startswith("GET /db?id=7: expected 503; got 500")


def test_an_answer_that_comes_too_late_is_found() -> None:
    def late() -> Reply:
        time.sleep(1.5)
        return Reply(503)

    assert "GET /db?id=7: expected an answer within 1 s; got none" in str(verdict(Stored(Switch(), late)))


def test_other_paths_that_wait_for_the_database_are_found() -> None:
    class Blocked(Stored):
        @override
        def __call__(self, request: Request) -> Reply:
            time.sleep(1.5 * (self.switch.away and request.path == "/"))
            return super().__call__(request)

    assert "GET /: expected an answer within 1 s; got none" in str(verdict(Blocked(Switch())))


def test_a_service_that_does_not_recover_is_found() -> None:
    class Broken(Stored):
        was_away = False

        @override
        def answer(self, template: str, request: Request, *parameters: str) -> Reply:
            self.was_away = self.was_away or self.switch.away
            return (
                Reply(503)
                if self.was_away and template == "/fortunes"
                else super().answer(template, request, *parameters)
            )

    wrong = str(verdict(Broken(Switch())))
    assert wrong.startswith("0.5 s after the outage: expected all well; got GET /fortunes?added=A: expected 200")


def test_connections_to_an_earlier_database_are_held_against_nobody() -> None:
    class Restarted(Stored):
        lost = 3

        @override
        def answer(self, template: str, request: Request, *parameters: str) -> Reply:
            if template == "/db" and self.lost:
                self.lost -= 1
                return Reply(503)
            return super().answer(template, request, *parameters)

    app = Restarted(Switch())
    assert verdict(app) is None
    assert app.lost == 0


def test_a_service_that_recovers_by_a_restart_is_found() -> None:
    class Dies(Stored):
        @override
        def answer(self, template: str, request: Request, *parameters: str) -> Reply:
            if self.switch.away:
                self.items.clear()
            return super().answer(template, request, *parameters)

    assert "GET /items/" in str(verdict(Dies(Switch())))


def test_a_database_that_does_not_come_back_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def gone() -> Iterator[None]:
        raise Away("postgres: nobody there")
        yield

    monkeypatch.setattr(outages, "slow", gone)
    monkeypatch.setattr(hostility, "ATTACKS", Topic("none"))
    with serving(Stored(Switch())) as port:
        assert hostility.run([service(name="odd")], lambda _: ("127.0.0.1", port)) == 1
    assert "no outages without a database: postgres: nobody there" in capsys.readouterr().err


class Engine:
    def __init__(self, told: list[str]) -> None:
        self.told = told

    def stop(self, service: str) -> None:
        self.told.append(f"stop {service}")

    def start(self, service: str) -> None:
        self.told.append(f"start {service}")

    def started(self, seconds: float) -> None:
        self.told.append("started")


def test_the_database_is_started_again_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(outages, "_await_database", lambda: told.append("answers"))

    def interrupted() -> None:
        with outages.away(Engine(told)):
            told.append("away")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told == ["stop postgres", "away", "start postgres", "started", "answers"]


def test_the_matrix_and_the_exit_code_say_what_was_withstood(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch, told = Switch(), list[str]()
    monkeypatch.setattr(outages, "slow", switch.outage)
    monkeypatch.setattr(outages, "full", switch.outage)
    monkeypatch.setattr(outages, "_await_database", lambda: None)
    monkeypatch.setattr(hostility, "ATTACKS", Topic("none"))
    monkeypatch.setattr(hostility, "CHECKS", outages.OUTAGES)
    declaring = replace(service(name="shy"), declared={"db": "It has none."})
    failing = Stored(switch, lambda: Reply(500, json.dumps("no").encode()))
    with serving(Stored(switch)) as good, serving(failing) as bad:
        ports = {"odd": good, "unwell": bad, "shy": good}
        services = [service(name="odd"), service(name="unwell"), declaring]
        assert hostility.run(services, lambda one: ("127.0.0.1", ports[one.name]), Engine(told)) == 1
        services[1:] = [service("hello", name="young")]
        assert hostility.run(services, lambda one: ("127.0.0.1", ports[one.name])) == 0
    out, err = capsys.readouterr()
    assert "spared, for x-only leaves all of these out: young" in err
    # The engine of this test stops nothing, so nobody answers 503 while it is said to be away.
    assert "database-slow  ✓  ✗" in out
    assert "database-away  ✗  ✗" in out
    assert told == ["stop postgres", "start postgres", "started"]
    assert "1 of 1 services withstand all of it" in out
