"""A survey goes on whatever happens, and its verdicts say what happened."""

import time
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import msgspec
import pytest

from levelground.model.survey import Exchange, Record, Verdict, broken
from levelground.showing import schema
from levelground.stand.catalog import Service
from levelground.survey import inquiry
from levelground.survey.asking import asks, get, text
from levelground.survey.inquiry import check, count_lines, survey, write
from levelground.survey.terms import Chapter, Check, Claim, Held, Look, Refuted, Subject, Unchecked, differs
from tests.server import Server
from tests.survey import fake

NOWHERE = Look(("127.0.0.1", 1))
ABOUT = {
    "GET /about": fake.value(
        {"framework": "x", "server": "s", "server_version": "1", "language": "CPython", "language_version": "3"}
    ),
    "GET /": fake.text("hello world"),
}
HELLO = asks(get("/", text("hello world")))


def claim(one: Check, says: str = "It does.", seconds: float = 5.0, service: str = "a") -> Claim:
    return Claim("A", service, says, one, "a feature", seconds)


def verdict(one: Check, seconds: float = 5.0) -> tuple[Verdict, str | None, str | None, bool]:
    found = check(claim(one, seconds=seconds), Look(("127.0.0.1", 1)))
    return found.verdict, found.through, found.reason, found.broke


def refuses(_: Look) -> None:
    raise differs("GET /a", "200", "404")


def is_unchecked(_: Look) -> None:
    raise Unchecked("no browser")


def lacks(_: Look) -> None:
    raise Refuted("By hand.")


def breaks(_: Look) -> None:
    raise KeyError("a")


def hangs(_: Look) -> None:
    time.sleep(30)


def test_each_outcome_has_its_verdict_and_only_a_broken_check_broke() -> None:
    assert verdict(lambda _: None) == (Verdict.HOLDS, None, None, False)
    assert verdict(lambda _: Held("b", "a note")) == (Verdict.THROUGH, "b", "a note", False)
    assert verdict(refuses) == (Verdict.NOT, None, "GET /a: expected 200; got 404", False)
    assert verdict(lacks) == (Verdict.NOT, None, "By hand.", False)
    assert verdict(is_unchecked) == (Verdict.UNCHECKED, None, "no browser", False)
    assert verdict(breaks) == (Verdict.UNCHECKED, None, "The check broke: KeyError: 'a'", True)


def test_a_check_that_hangs_is_given_up_when_its_time_is_over() -> None:
    assert verdict(hangs, seconds=0.1) == (
        Verdict.UNCHECKED,
        None,
        "The check took over 0.1 s and was given up.",
        True,
    )


def test_evidence_is_kept_from_both_ends() -> None:
    def asks_much(look: Look) -> None:
        for number in range(100):
            look.note(f"request {number}", "answer")

    found = check(claim(asks_much), Look(("127.0.0.1", 1)))
    assert len(found.evidence) == inquiry.MOST_EVIDENCE
    assert found.evidence[0] == Exchange("request 0", "answer")
    assert found.evidence[-1] == Exchange("request 99", "answer")


def run(tmp_path: Path, running: Server, chapters: Sequence[Chapter], services: Sequence[str] = ("a",)) -> Record:
    address = running.address
    return survey(
        [Service(name, "contender", 8001, declared={"x": "It cannot."}) for name in services],
        lambda service: address if service.name == "a" else ("127.0.0.1", 1),
        tmp_path,
        chapters,
        start_seconds=0.1,
    )


A = Subject("A", "a", "framework-a", "A framework.")


def test_a_service_that_is_down_is_said_and_the_others_are_asked(tmp_path: Path) -> None:
    chapters = [
        Chapter(A, [claim(HELLO)]),
        Chapter(Subject("B", "b", None, "Another."), [claim(HELLO, service="b")]),
    ]
    with fake.serving(ABOUT) as running:
        record = run(tmp_path, running, chapters, ("a", "b"))
    assert [one.verdict for one in record.claims] == [Verdict.HOLDS, Verdict.UNCHECKED]
    assert record.claims[1].reason is not None
    assert record.claims[1].reason.startswith("The service is down: ")
    assert broken(record.claims) == [record.claims[1]]


def test_a_service_that_dies_is_asked_nothing_more(tmp_path: Path) -> None:
    with fake.serving(ABOUT) as running:

        def kills(_: Look) -> None:
            running.stop()
            raise differs("GET /a", "an answer", "none")

        record = run(tmp_path, running, [Chapter(A, [claim(HELLO), claim(kills), claim(HELLO)])])
    assert [one.verdict for one in record.claims] == [Verdict.HOLDS, Verdict.NOT, Verdict.UNCHECKED]
    assert record.claims[2].broke


def test_a_claim_that_does_not_hold_does_not_break_the_survey(tmp_path: Path) -> None:
    with fake.serving(ABOUT) as running:
        record = run(tmp_path, running, [Chapter(A, [claim(refuses), claim(HELLO)])])
    assert [one.verdict for one in record.claims] == [Verdict.NOT, Verdict.HOLDS]
    assert broken(record.claims) == []


def test_services_that_were_not_asked_for_are_left_out(tmp_path: Path) -> None:
    chapters = [Chapter(A, [claim(HELLO)]), Chapter(Subject("B", "b", None, "Another."), [claim(HELLO, service="b")])]
    with fake.serving(ABOUT) as running:
        record = run(tmp_path, running, chapters)
    assert [one.name for one in record.systems] == ["A"]


def test_the_facts_say_what_is_missing_and_why(tmp_path: Path) -> None:
    with fake.serving(ABOUT) as running:
        record = run(tmp_path, running, [Chapter(A, [claim(HELLO)])])
    (system,) = record.systems
    assert (system.server, system.language, system.declared) == ("s 1", "CPython 3", {"x": "It cannot."})
    assert system.missing.keys() == {"package", "lines", "start_seconds", "memory_idle_bytes"}
    assert "make footprint" in system.missing["start_seconds"]


def test_the_record_is_written_as_its_schema_says_and_read_again(tmp_path: Path) -> None:
    with fake.serving(ABOUT) as running:
        record = run(tmp_path, running, [Chapter(A, [claim(HELLO), claim(refuses)])])
    folder = write(record, tmp_path)
    assert folder.path.parent == tmp_path / "survey"
    data = (folder.path / inquiry.FILE).read_bytes()
    jsonschema.validate(msgspec.json.decode(data), schema.of("survey"))
    again = msgspec.json.decode(data, type=Record)
    assert again.survey == folder.name
    assert again.claims == record.claims


def test_lines_of_a_service_are_those_that_are_not_blank(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("a\n\n  \nb\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text("c\n")
    (tmp_path / "requirements.txt").write_text("much\n")
    assert count_lines(tmp_path) == 3
    assert count_lines(tmp_path / "nowhere") is None


@pytest.mark.parametrize("name", ["starlette", "tornado"])
def test_the_services_of_the_repository_are_counted(name: str) -> None:
    lines = count_lines(inquiry.SERVICES / name)
    assert lines is not None
    assert lines > 100
