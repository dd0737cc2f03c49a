"""Counting: what is asked of callgrind and when, what comes of it, and what becomes of services that fail under it."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from levelground.measuring import count
from levelground.measuring.engine import Counting, Failed, Reading
from levelground.model.count import Report
from levelground.model.record import Instructions
from levelground.showing import schema
from levelground.stand import probe
from levelground.stand.catalog import Service
from levelground.traffic import scenario
from levelground.traffic.scenario import Scenario, text
from tests.samples import a_member
from tests.server import Piece, Server, answer

ABOUT = {"framework": "x", "language": "CPython", "workers": 1, "container": "0123456789ab", "limits": {}}
STARLETTE, GO = Service("starlette", "contender", 8002), Service("go", "reference", 8017)
IMAGE = "sha256:1"
EACH = 1_000_000
"""What a request takes on the fake."""
Reply = Callable[[int, bytes], Sequence[Piece]]


def well(number: int, request: bytes) -> Sequence[Piece]:
    if b" /about " in request:
        return [answer(json.dumps(ABOUT).encode(), media_type="application/json")]
    return [answer(b"hello world")]


def a_scenario(name: str) -> Scenario:
    def transactions(_: object) -> Iterator[list[Any]]:
        number = 0
        while True:
            yield [text("GET", f"/{name}/{number}", says="hello world")]
            number += 1

    return Scenario(name, "", transactions)


class Engine:
    """Runs nothing under callgrind, but says what it would count; the order of what it was asked is in `asked`."""

    def __init__(self, server: Server) -> None:
        self.asked: list[str] = []
        self.failing: dict[str, str] = {}
        """What it does not do, and why."""
        self.interrupt_at = -1
        self.noise = iter([0] * 1000)
        """How much more than that was executed until a reading, of those readings before which anything was."""
        self._server = server
        self._seen = self._clock = self._starts = 0
        self._is_on = False

    def begin_counting(self, service: str) -> Counting:
        self._ask("begin", service)
        self._starts += 1
        return Counting(f"{service}-{self._starts}", self._server.address)

    def check_counting(self, one: Counting) -> None:
        self._ask("check", one.name)

    def count(self, one: Counting, *, on: bool) -> None:
        self._ask("on" if on else "off", one.name)
        self._is_on, self._seen = on, len(self._server.requests)

    def read(self, one: Counting) -> Reading:
        self._ask("read", one.name)
        before, self._seen = self._seen, len(self._server.requests)
        self._clock += 1
        executed = self._is_on * EACH * (self._seen - before)
        return Reading(float(self._clock), {"7": executed and executed + next(self.noise), "6": 5_000_000})

    def end_counting(self, one: Counting) -> None:
        self._ask("end", one.name)

    def _ask(self, what: str, name: str) -> None:
        if len(self.asked) == self.interrupt_at:
            raise KeyboardInterrupt
        self.asked.append(f"{what} {name}")
        if what in self.failing:
            raise Failed(self.failing[what])


@pytest.fixture(autouse=True)
def no_time_to_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SETTLE_SECONDS", "IDLE_SECONDS", "_PAUSE_SECONDS"):
        monkeypatch.setattr(count, name, 0.0)
    monkeypatch.setattr(count, "CONNECTIONS", 2)
    monkeypatch.setattr(count, "INSTRUCTIONS", 16 * EACH)
    monkeypatch.setattr(count, "FEWEST_REQUESTS", 4)
    monkeypatch.setattr(scenario, "POOL", 1024)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    facts = {"version": "20.10", "images": {"starlette": IMAGE, "go": IMAGE}}
    (tmp_path / ".engine.json").write_text(json.dumps(facts))
    return tmp_path


@pytest.fixture
def prepare(results: Path) -> Iterator[Callable[..., tuple[Engine, count.Measurement]]]:
    servers: list[Server] = []

    def prepare(
        reply: Reply = well,
        services: Sequence[Service] = (STARLETTE, GO),
        scenarios: Sequence[str] = ("hello",),
        traffic: Sequence[Scenario] = (),
    ) -> tuple[Engine, count.Measurement]:
        """`traffic` takes the place of made-up scenarios of these names."""
        servers.append(Server(reply))
        engine = Engine(servers[-1])
        given = traffic or [a_scenario(name) for name in scenarios]
        return engine, count.Measurement(services, given, engine, results)

    yield prepare
    for server in servers:
        server.stop()


Prepare = Callable[..., tuple[Engine, count.Measurement]]


def measured(measurement: count.Measurement) -> Report:
    report = measurement.run()
    assert report is not None
    return report


def test_what_requests_take_is_counted_and_what_other_processes_do_by_the_clock_is_not(prepare: Prepare) -> None:
    _, measurement = prepare()
    for one in measured(measurement).services.values():
        assert one.missing == {}
        found = one.scenarios["hello"]
        assert (found.instructions_per_request, found.spread) == (EACH, 0)
        assert [each.requests for each in found.repeats] == [16, 16]


def test_it_is_counted_after_the_warm_up_and_the_next_one_starts_when_only_waiting_is_left(prepare: Prepare) -> None:
    engine, measurement = prepare(services=[STARLETTE])
    measurement.run()
    assert engine.asked == [
        *("begin starlette", "on starlette-1", "read starlette-1", "read starlette-1"),
        *("begin starlette", "read starlette-1", "read starlette-1", "off starlette-1", "end starlette-1"),
        *("on starlette-2", "read starlette-2", "read starlette-2"),
        *("read starlette-2", "read starlette-2", "off starlette-2", "end starlette-2"),
    ]


def test_every_repeat_sends_the_same_requests(prepare: Prepare) -> None:
    requests: list[bytes] = []

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        requests.append(request.split()[1])
        return well(number, request)

    _, measurement = prepare(reply, services=[STARLETTE])
    measurement.run()
    second = requests.index(b"/about", 1)
    assert sorted(requests[:second]) == sorted(requests[second:])


def test_repeats_that_are_apart_are_told_so(prepare: Prepare) -> None:
    engine, measurement = prepare(services=[STARLETTE])
    engine.noise = iter([0, 0, 0, 16 * 20_000])
    found = measured(measurement).services["starlette"].scenarios["hello"]
    assert found.spread == pytest.approx(0.02, rel=0.02)


def test_a_scenario_that_is_answered_wrongly_is_named_and_the_others_are_counted(prepare: Prepare) -> None:
    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"oops")] if b"/json/" in request else well(number, request)

    _, measurement = prepare(reply, services=[STARLETTE], scenarios=["json", "hello"])
    one = measured(measurement).services["starlette"]
    assert list(one.scenarios) == ["hello"]
    assert "oops" in one.missing["json"]


def test_a_service_that_is_not_meant_to_answer_a_scenario_lacks_nothing(prepare: Prepare) -> None:
    null = Service("null", "control", 8019, only=("hello",))
    _, measurement = prepare(services=[null], scenarios=["hello", "json"])
    one = measured(measurement).services["null"]
    assert (list(one.scenarios), one.missing, list(one.left_out)) == (["hello"], {}, ["json"])


def test_of_a_service_that_ends_under_callgrind_its_last_words_are_told(prepare: Prepare) -> None:
    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return well(number, request) if b" /about " in request else [None]

    engine, measurement = prepare(reply, services=[STARLETTE], scenarios=["hello", "json"])
    engine.failing["check"] = "it ended under callgrind: Illegal opcode"
    one = measured(measurement).services["starlette"]
    assert one.missing == dict.fromkeys(["hello", "json"], "it ended under callgrind: Illegal opcode")
    assert [asked.split()[0] for asked in engine.asked] == ["begin", "check", "end"]


def test_a_service_that_cannot_be_started_under_callgrind_is_left_alone_and_the_others_go_on(prepare: Prepare) -> None:
    engine, measurement = prepare()
    engine.failing["begin"] = "valgrind cannot be put on top of its image"
    report = measured(measurement)
    assert [one.missing["hello"] for one in report.services.values()] == [engine.failing["begin"]] * 2
    assert engine.asked == ["begin starlette", "begin go"]


def test_a_service_that_never_comes_up_is_named(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "START_SECONDS", 0.1)
    _, measurement = prepare(lambda *_: [answer(b"starting", status="503 Service Unavailable")], services=[STARLETTE])
    why = measured(measurement).services["starlette"].missing["hello"]
    assert why == "it does not come up under callgrind: GET /about answered 503"


def test_an_interrupted_count_keeps_whole_services(prepare: Prepare) -> None:
    engine, measurement = prepare()
    engine.interrupt_at = 20
    report = measured(measurement)
    assert report.interrupted
    assert list(report.services) == ["starlette"]


def test_nothing_is_written_if_it_was_interrupted_before_anything_was_counted(prepare: Prepare, results: Path) -> None:
    engine, measurement = prepare()
    engine.interrupt_at = 3
    assert measurement.run() is None
    assert not (results / "count").exists()


def test_the_record_has_the_shape_of_its_schema(prepare: Prepare, results: Path) -> None:
    _, measurement = prepare()
    report = measured(measurement)
    written = json.loads((results / "count" / "latest" / "count.json").read_text())
    jsonschema.validate(written, schema.of("count"))
    assert written["services"]["go"]["image"] == IMAGE
    assert (results / "count" / "latest").resolve().name == report.run


@pytest.mark.parametrize(
    ("instructions", "requests"),
    [(EACH, 8), (0.9 * EACH, 8), (1.3 * EACH, 8), (100 * EACH, 4), (1.0, 512), (0.0, 512)],
)
def test_so_many_requests_are_counted_as_take_about_as_long_within_bounds(instructions: float, requests: int) -> None:
    assert count.requests_for(instructions) == requests


def test_a_process_that_works_by_the_clock_alone_does_not_count_however_long_it_took() -> None:
    before, after = Reading(0.0, {"1": 5, "2": 5}), Reading(10.0, {"1": 1_000_000, "2": 900_000})
    idle = [Reading(11.0, {"1": 10_000, "2": 90_000}), Reading(13.0, {"1": 20_000, "2": 180_000})]
    found = count.executed(100, before, after, idle)
    assert (found.instructions, found.seconds, found.idle_per_second) == (1_000_000, 10.0, [10_000.0, 10_000.0])


def test_a_process_that_is_gone_when_nothing_is_sent_counts_in_full() -> None:
    found = count.executed(1, Reading(0.0, {}), Reading(1.0, {"9": 7}), [Reading(2.0, {})])
    assert (found.instructions, found.idle_per_second) == (7, [0.0])


def test_a_run_tells_the_newest_count_of_each_image_it_measures(prepare: Prepare, results: Path) -> None:
    older = measured(prepare()[1])
    # Its name tells its age to the second, and no test waits so long.
    (results / "count" / older.run).rename(results / "count" / "2026-01-01T00-00-00Z-0000")
    engine, measurement = prepare(services=[STARLETTE])
    engine.noise = iter([0, 16 * EACH] * 2)
    measured(measurement)
    told = {"images": {"starlette": IMAGE, "go": IMAGE}}
    members = {"starlette": a_member(about=ABOUT | {"container": "other"}), "go": a_member(about=ABOUT)}
    assert count.newest(members, told, results) == {
        "hello": {"starlette": Instructions(2.0 * EACH, 0.0), "go": Instructions(EACH, 0.0)}
    }
    assert count.newest(members, {"images": {"starlette": "sha256:2", "go": IMAGE}}, results)["hello"].keys() == {"go"}
    members["go"] = a_member(about=ABOUT | {"workers": 2})
    assert count.newest(members, told, results)["hello"].keys() == {"starlette"}
    assert count.newest(members, None, results) == {}


def test_a_count_of_another_version_is_passed_over(results: Path) -> None:
    folder = results / "count" / "2026-01-01T00-00-00Z-0000"
    folder.mkdir(parents=True)
    (folder / "count.json").write_text('{"run": "x"}')
    assert count.newest({}, None, results) == {}


def test_the_probe_waits_for_a_service_that_comes_up_slowly(prepare: Prepare) -> None:
    left = iter(range(3))

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return [None] if b" /about " in request and next(left, None) is not None else well(number, request)

    _, measurement = prepare(reply, services=[STARLETTE])
    assert measured(measurement).services["starlette"].missing == {}
    assert probe.START_SECONDS < count.START_SECONDS


def test_what_cannot_be_counted_is_left_out_with_its_reason_and_nobody_is_started_for_it(prepare: Prepare) -> None:
    scenarios = [one for one in scenario.read() if one.name in ("crowd", "ws")]
    engine, measurement = prepare(services=[STARLETTE], traffic=scenarios)
    one = measured(measurement).services["starlette"]
    assert one.left_out == {
        "crowd": "it is about 5,000 connections at once, and a count has 2",
        "ws": "messages of WebSockets are not counted",
    }
    assert (one.missing, one.scenarios, engine.asked) == ({}, {}, [])
