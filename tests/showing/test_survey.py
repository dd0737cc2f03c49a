"""The page of a survey: what stands on it, and that the repository's is the one of its record."""

from dataclasses import replace

import pytest

from levelground.model.interval import Interval
from levelground.model.survey import (
    Answered,
    Cost,
    Exchange,
    Feature,
    Package,
    Record,
    Speed,
    System,
    Verdict,
)
from levelground.showing import survey
from levelground.survey.claims import CHAPTERS, FEATURES
from levelground.survey.terms import Chapter

RUN = "2026-01-01T00-00-00Z-0000"
PACKAGE = Package("a", "1.2", "A.", "MIT", "The Authors", "https://example.org", "Stable", ["base"])
SYSTEMS = [
    System(
        "A",
        "a",
        "A framework.",
        "CPython 3.13",
        "server 2",
        PACKAGE,
        120,
        Interval(0.5, 0.4, 0.6),
        Interval(2**25, 2**24, 2**26),
        {"empty-body": "It takes null."},
    ),
    System("B", "b", "Another framework.", missing={"package": "nobody took it"}),
    System("M", None, "A process manager."),
]


def a_claim(system: str = "A", verdict: Verdict = Verdict.HOLDS, **changes: object) -> Answered:
    claim = Answered(system, system.lower(), "It has X.", verdict, [Exchange("GET /x", "200 x")], "x")
    return replace(claim, **changes)  # type: ignore[arg-type]


def a_record(*claims: Answered, **changes: object) -> Record:
    record = Record(
        survey=RUN,
        started="2026-01-01T00:00:00Z",
        seconds=60.0,
        features=[Feature("x", "an X"), Feature("y", "a Y"), Feature("z", "")],
        systems=SYSTEMS,
        claims=list(claims) or [a_claim(), a_claim("B", Verdict.THROUGH, through="lib")],
        speed=[Speed("A is fast.", "Faster than B.", Verdict.NOT, "A has 0.5 of B.", ["run, hello: a to b: 0.5"], "A")],
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def test_the_same_record_gives_the_same_bytes() -> None:
    assert survey.page(a_record()) == survey.page(a_record())


def test_each_verdict_has_its_mark_and_its_words_in_the_guide() -> None:
    text = survey.page(a_record())
    assert "| x | yes | through |" in text
    assert "**You need an X.** By itself: [A](#a). Through another package: [B](#b) (lib)." in text
    text = survey.page(a_record(a_claim("A", Verdict.NOT), a_claim("B", Verdict.UNCHECKED)))
    assert "| x | no | ? |" in text
    assert "**You need an X.** Not: [A](#a). Could not be checked: [B](#b)." in text


def test_rates_stand_beside_the_machines_that_they_are_of() -> None:
    text = survey.page(a_record(machines={"1": "2 × CPU", "2": "4 × CPU <b>", "3": "2 × CPU"}))
    assert "Measured on 2 × CPU (runs 1, 3): rates are this machine's." in text
    assert "Measured on 4 × CPU" in text
    assert "<b>" not in text
    assert "Measured on" not in survey.page(a_record())


def test_what_is_not_claimed_is_left_empty_and_said() -> None:
    text = survey.page(a_record(a_claim()))
    assert "| x | yes |  |" in text
    assert "By itself: [A](#a). Of the others it is not claimed." in text
    assert "| y |" not in text
    assert "a Y" not in text


def test_every_verdict_stands_beside_what_was_asked_and_answered() -> None:
    text = survey.page(a_record(a_claim(reason="GET /x: expected 1; got 2", verdict=Verdict.NOT)))
    assert "**It has X.** *does not hold.* GET /x: expected 1; got 2" in text
    assert "- GET /x → 200 x" in text


def test_what_a_service_answered_can_inject_no_markup() -> None:
    evil = [Exchange("GET /<script>", "200 </details><script>alert(1)</script> | `x` [a](b)")]
    text = survey.page(a_record(a_claim(evidence=evil)))
    assert "<script>" not in text
    assert text.count("</details>") == text.count("<details>")
    assert r"\[a\](b)" in text


def test_long_evidence_is_shortened_and_says_so() -> None:
    text = survey.page(a_record(a_claim(evidence=[Exchange(f"GET /{n}", "200") for n in range(8)])))
    assert "- GET /2 → 200" in text
    assert "GET /3" not in text
    assert "and 5 more in the record" in text


def test_facts_and_what_is_missing_are_told() -> None:
    text = survey.page(a_record())
    assert "a 1.2, the newest release when it was pinned; licence: MIT." in text
    assert "It pulls in 1 other packages by itself: base." in text
    assert "Idle it has 32 MiB (16–64) of memory; its first answer comes 0.50 s (0.40–0.60) after its start." in text
    assert "Not known (package): nobody took it." in text
    assert "- A, `empty-body`: It takes null." in text


def test_speed_is_told_with_what_it_is_taken_to_mean_and_in_the_section_of_its_system() -> None:
    text = survey.page(a_record())
    assert "**Does not hold.** A has 0.5 of B.\nIt is taken to mean: Faster than B." in text
    assert "**A is fast.** *does not hold.* A has 0.5 of B. ([speed](#speed))" in text


def test_costs_are_told_the_least_first_or_how_to_measure_them() -> None:
    costs = [Cost("a", Interval(20, 19, 21), RUN), Cost("b", Interval(10, 9, 11), RUN)]
    assert f"takes B 10.0 µs (9.0–11.0), A 20.0 µs (19.0–21.0) of an undisturbed core (run {RUN})" in survey.page(
        a_record(costs=costs)
    )
    assert "no run on record can tell; `make bench" in survey.page(a_record())


def test_the_terminal_names_what_does_not_hold_and_what_broke() -> None:
    text = survey.summary(
        a_record(
            a_claim(),
            a_claim("A", Verdict.NOT, reason="got 404"),
            a_claim("B", Verdict.UNCHECKED, reason="The check broke", broke=True),
        )
    )
    assert text.startswith(
        "3 claims about 3 systems: 1 holds, 0 holds through, 1 does not hold, 1 cannot be checked here"
    )
    assert "a: It has X. does not hold: got 404" in text
    assert "1 checks broke" in text


def test_the_page_of_the_repository_is_the_one_of_its_record() -> None:
    again = "to write it anew: python -m levelground.showing.survey"
    assert survey.PAGE.read_text() == survey.page(survey.read()), again


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[one.subject.name for one in CHAPTERS])
def test_the_record_of_the_repository_answers_every_claim_of_today(chapter: Chapter) -> None:
    record = survey.read()
    said = {(claim.system, claim.service, claim.says, claim.feature) for claim in chapter.claims}
    name = chapter.subject.name
    answered = {(one.system, one.service, one.says, one.feature) for one in record.claims if one.system == name}
    again = "to ask again: make survey, then cp results/survey/latest/survey.json docs/ and make generate"
    assert answered == said, again
    assert record.features == list(FEATURES), again
