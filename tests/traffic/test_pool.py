"""Scripts are learned from a sample, and are the same as if every answer had been asked for."""

import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from levelground.traffic import pool, scenario
from levelground.traffic.pool import FEW, SAMPLES, Learned, Pool, starts
from levelground.traffic.scenario import data, empty, text
from levelground.traffic.spelling import ANY_CHUNKS, EXACT, NO_MARKS, STYLES, Framing, Marks, Spelling, Wire
from levelground.traffic.step import JSON, Step
from tests.rendered import rendered
from tests.traffic.test_spelling import marks, sent, values

ALL = scenario.read()
WITH_A_LENGTH = [one for one in ALL if one.name not in ("events", "stream", "ws")]
"""The answers of the others come in chunks or frames: their own tests ask for those."""


def compact(step: Step) -> Marks:
    """Asks a service that writes compact JSON."""
    body = step.content if step.media_type != JSON else json.dumps(json.loads(step.written or step.body)).encode()
    return marks(sent(body))


def greetings(number: int) -> list[list[Step]]:
    return [[text("GET", f"/greet/{one}", says=f"hello {one}")] for one in range(number)]


def known(learned: Learned) -> Marks:
    return Marks(learned.length, learned.prefix, learned.suffix)


class Asked:
    """Notes what is asked for."""

    def __init__(self, ask: Callable[[Step], Marks] = compact) -> None:
        self.steps: list[Step] = []
        self._ask = ask

    def __call__(self, step: Step) -> Marks:
        self.steps.append(step)
        return self._ask(step)


@example(style=STYLES[0], framing=Framing.LENGTH, said=[0, 0.0], connections=1)
@given(
    style=st.sampled_from(STYLES),
    framing=st.sampled_from(EXACT),
    said=st.lists(values, min_size=1, max_size=40),
    connections=st.integers(1, 3),
)
def test_scripts_are_as_if_every_answer_had_been_asked_for(
    style: object, framing: Framing, said: Sequence[object], connections: int
) -> None:
    def ask(step: Step) -> Marks:
        return Spelling(b"HTTP/1.1 200 ", 100, Wire(framing, style if step.media_type == JSON else None)).predict(step)  # type: ignore[arg-type]

    of_one = [[data("GET", "/json", says=value), text("GET", "/greet", says=repr(value))] for value in said]
    scripts = Pool([of_one] * connections).learn(ask)
    assert len(scripts) == connections
    for script in scripts:
        assert list(script) == [
            Learned(step, at == 1, step.request, *ask(step))
            for transaction in of_one
            for at, step in enumerate(transaction)
        ]


@pytest.mark.parametrize("one", WITH_A_LENGTH, ids=lambda one: one.name)
def test_of_a_thousand_transactions_few_are_asked_for(one: scenario.Scenario) -> None:
    asked = Asked()
    scripts = rendered(one).learn(asked)
    assert len(asked.steps) <= 5 * 4 * SAMPLES
    assert scripts.warning is None
    assert all(known(learned) == compact(learned.step) for script in scripts for learned in script)


def test_every_kind_of_step_is_asked_for() -> None:
    steps = [
        *(text("GET", f"/greet/{one}", says=f"hello {one}") for one in range(100)),
        data("GET", "/json", says=1),
        empty("DELETE", "/items/1", status=204),
    ]
    asked = Asked()
    Pool([[[step] for step in steps]]).learn(asked)
    assert len(asked.steps) == SAMPLES + 2
    assert {step.line.split("/")[1] for step in asked.steps} == {"greet", "json", "items"}


def test_a_sample_is_taken_from_both_ends() -> None:
    asked = Asked()
    Pool([greetings(100), greetings(1000)[100:]]).learn(asked)
    assert {"GET /greet/0", "GET /greet/999"} < {step.line for step in asked.steps}


def test_transactions_are_asked_for_as_a_whole_and_in_order() -> None:
    lives = [
        [
            data("PUT", f"/items/{one}", send=one, says=one, status=201),
            data("GET", f"/items/{one}", says=one),
            empty("DELETE", f"/items/{one}", status=204),
        ]
        for one in range(100)
    ]
    asked = Asked()
    Pool([lives]).learn(asked)
    assert len(asked.steps) == 3 * SAMPLES
    for first, second, third in zip(*[iter(asked.steps)] * 3, strict=True):
        assert [first, second, third] in lives


def test_what_is_the_same_is_asked_for_once() -> None:
    asked = Asked()
    scripts = Pool([greetings(1) * 50] * 4).learn(asked)
    assert len(asked.steps) == 1
    assert [len(script) for script in scripts] == [50] * 4
    assert len({id(learned) for script in scripts for learned in script}) == 1


def odd(step: Step) -> Marks:
    """Asks a service whose answers to greetings cannot be predicted."""
    return Marks(hash(step.line) % 10_000, b"HTTP/1.1 200 ", step.content) if "greet" in step.line else compact(step)


def test_a_few_answers_that_cannot_be_predicted_are_all_asked_for() -> None:
    asked = Asked(odd)
    transactions = greetings(FEW + SAMPLES)
    scripts = Pool([transactions]).learn(asked)
    assert len(asked.steps) == len(transactions)
    assert scripts.warning is None
    assert [learned.length for learned in scripts[0]] == [odd(step).length for (step,) in transactions]


def test_many_answers_that_cannot_be_predicted_are_parsed_and_that_is_said() -> None:
    asked = Asked(odd)
    transactions = [*greetings(10_000), *([data("GET", "/json", says=one)] for one in range(50))]
    scripts = Pool([transactions]).learn(asked)
    assert len(asked.steps) == 2 * SAMPLES
    asked_for = {step.line for step in asked.steps}
    left = [step for (step,) in transactions[:10_000] if step.line not in asked_for]
    assert scripts.parsed == left
    assert scripts.warning == (
        f"answers to 9,992 requests cannot be predicted (the first is {left[0].line}): "
        "they are parsed in full, which makes the generator slower"
    )
    for learned in scripts[0]:
        predicted = learned.step.media_type == JSON
        assert known(learned) == (odd(learned.step) if predicted or learned.step.line in asked_for else NO_MARKS)


def test_services_that_spell_alike_share_their_scripts() -> None:
    rendered = Pool([greetings(1000)])
    assert rendered.learn(compact) is rendered.learn(compact)
    longer = rendered.learn(lambda step: compact(step)._replace(length=compact(step).length + 1))
    assert longer[0][500].length == rendered.learn(compact)[0][500].length + 1
    assert longer[0][500].suffix is rendered.learn(compact)[0][500].suffix


def test_what_asking_raises_is_passed_on() -> None:
    def refuse(step: Step) -> Marks:
        raise OSError(step.line)

    with pytest.raises(OSError, match="GET /greet/0"):
        Pool([greetings(3)]).learn(refuse)


def test_the_transactions_of_a_script_begin_where_others_end() -> None:
    one, two = greetings(2)
    (script,) = Pool([[one, [*one, *two], two]]).learn(compact)
    assert list(starts(script)) == [0, 1, 3]
    assert list(starts(list(script))) == [0, 1, 3]


def test_a_pool_is_the_transactions_of_each_connection() -> None:
    transactions = [greetings(2), greetings(3)]
    assert list(Pool(transactions)) == transactions
    assert pool.Pool(transactions)[1] == greetings(3)


def test_many_answers_in_chunks_of_any_size_are_predicted_all_the_same() -> None:
    def in_chunks(step: Step) -> Marks:
        parts = [step.content[:3], step.content[3:]]
        wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        return marks(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + wire)

    asked = Asked(in_chunks)
    scripts = Pool([greetings(1000)]).learn(asked)
    assert len(asked.steps) == SAMPLES
    assert scripts.warning is None
    assert known(scripts[0][500]) == (ANY_CHUNKS, b"HTTP/1.1 200 ", b"hello 500")
