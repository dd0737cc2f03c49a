"""Checks over HTTP: requests, and what their answers have to be."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from levelground.contract.checker import CHECKS
from levelground.contract.client import ANSWER_SECONDS, Answer, Json
from levelground.survey.terms import Check, Held, Look

type Expect = Callable[[Answer], None]

SLOW_SECONDS = 40.0
"""How long an answer may take for which the service starts another process."""


@dataclass(frozen=True)
class Ask:
    """One request, and what is expected of its answer."""

    method: str
    target: str
    expect: Expect
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = "application/json"
    chunked: bool = False


def get(target: str, expect: Expect, headers: Mapping[str, str] | None = None) -> Ask:
    return Ask("GET", target, expect, headers=headers or {})


def post(target: str, value: object, expect: Expect) -> Ask:
    return Ask("POST", target, expect, body=json.dumps(value, ensure_ascii=False).encode())


def asks(*requests: Ask, seconds: float = ANSWER_SECONDS) -> Check:
    """Holds if every answer is as expected."""

    def check(look: Look) -> None:
        with look.client(seconds) as client:
            for one in requests:
                one.expect(
                    client.request(
                        one.method,
                        one.target,
                        one.body,
                        headers=one.headers,
                        content_type=one.content_type,
                        chunked=one.chunked,
                    )
                )

    return check


def told(look: Look, target: str, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
    """The JSON object that a service answers. Raises Mismatch."""
    with look.client(seconds) as client:
        answer = client.get(target)
    answer.must_be(200)
    found = answer.json()
    if not isinstance(found, dict):
        raise answer.mismatch("a JSON object")
    return found


def keeps(*names: str) -> Check:
    """Holds if the service passes these checks of the contract."""
    runs = [next(each.run for each in CHECKS if each.name == name) for name in names]

    def check(look: Look) -> None:
        for run in runs:
            with look.client() as client:
                run(client)

    return check


def all_of(*checks: Check) -> Check:
    """Holds if all of them do; through what the first says that is not held by the framework alone."""

    def check(look: Look) -> Held:
        verdicts = [one(look) or Held() for one in checks]
        notes = [one.note for one in verdicts if one.note]
        through = next((one.through for one in verdicts if one.through), None)
        return Held(through, "; ".join(notes) or None)

    return check


def through(name: str, check: Check) -> Check:
    """Holds through another library, which is known from the code of the service alone."""

    def checked(look: Look) -> Held:
        found = check(look) or Held()
        return Held(name, found.note)

    return checked


def text(expected: str, status: int = 200) -> Expect:
    return lambda answer: answer.must_be_text(expected, status=status)


def value(expected: Json, status: int = 200) -> Expect:
    return lambda answer: answer.must_be_json(expected, status=status)


def status(*expected: int) -> Expect:
    return lambda answer: answer.must_be(*expected)


def naming(field: str) -> Expect:
    """A refusal whose body names the field."""

    def expect(answer: Answer) -> None:
        answer.must_be_refused()
        if field.encode() not in answer.body:
            raise answer.mismatch(f"a body that names {field}")

    return expect


def header(name: str, expected: str | None, then: Expect) -> Expect:
    """A header of this value, or none of this name; and whatever else."""

    def expect(answer: Answer) -> None:
        then(answer)
        got = answer.headers.get(name)
        if got != expected:
            raise answer.mismatch(f"the header {name}: {expected}, not {got}" if expected else f"no header {name}")

    return expect


def holding(**expected: Any) -> Expect:
    """A JSON object with these members among others."""

    def expect(answer: Answer) -> None:
        answer.must_be(200)
        got = answer.json()
        if not isinstance(got, dict) or any(got.get(key) != value for key, value in expected.items()):
            raise answer.mismatch(f"JSON with {json.dumps(expected, ensure_ascii=False)}")

    return expect


def html(*pieces: str) -> Expect:
    """A page that holds these pieces."""

    def expect(answer: Answer) -> None:
        answer.must_be(200)
        if answer.headers.get_content_type() != "text/html":
            raise answer.mismatch("text/html")
        for piece in pieces:
            if piece.encode() not in answer.body:
                raise answer.mismatch(f"a page with {piece}")

    return expect
