"""The order of what happens in a run, with real servers in place of the stand."""

import errno
import gc
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, pairwise, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from levelground.contract.topics.database import db
from levelground.judging import summary
from levelground.measuring import measurement, target
from levelground.measuring.ledger import Helper
from levelground.measuring.measurement import Measurement, NothingToMeasure
from levelground.measuring.plan import Plan
from levelground.model import record
from levelground.model.folder import Folder
from levelground.model.objective import Objective
from levelground.showing import table
from levelground.stand.catalog import Service
from levelground.traffic import client, crew, scenario
from levelground.traffic.rates import Rate
from tests.server import Piece, Server, answer
from tests.websocket import WebSocketServer

ABOUT = answer(b'{"framework": "test", "container": "none"}', media_type="application/json")
JSON = answer(b'{"hello": "world"}', media_type="application/json")
SCENARIOS = scenario.select(scenario.read(), ["hello", "json"])
Reply = Callable[[int, bytes], Sequence[Piece]]


@pytest.fixture(autouse=True)
def no_time_to_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "WARM_BURST_SECONDS", 0.005)
    monkeypatch.setattr(target, "LONGEST_WARM_UP_SECONDS", 0.008)
    monkeypatch.setattr(scenario, "POOL", 64)
    # A full collection of what all tests have imported takes 0.2 s.
    collector = SimpleNamespace(**{name: getattr(gc, name) for name in ("freeze", "unfreeze", "enable", "disable")})
    collector.collect = lambda generation=0: gc.collect(0)
    monkeypatch.setattr(measurement, "gc", collector)


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by 10 ms whenever it is looked at: how many blocks a round has is no matter of speed."""
    ticks = count(1)
    clock = SimpleNamespace(monotonic=lambda: next(ticks) / 100, thread_time_ns=time.thread_time_ns)
    monkeypatch.setattr(measurement, "time", clock)


def right(_: int, request: bytes) -> Sequence[Piece]:
    return [{b"/": answer(b"hello world"), b"/json": JSON, b"/about": ABOUT}[request.split()[1]]]


def run(
    tmp_path: Path,
    replies: dict[str, Reply],
    after: Callable[[record.Slice], None] = lambda _: None,
    folder: Folder | None = None,
    enough: Callable[[Folder], bool] | None = None,
    restart: Callable[[], None] = lambda: None,
    blocks: int = 6,
    addresses: Mapping[str, tuple[str, int]] | None = None,
    helpers: Mapping[str, Helper] | None = None,
    **plan: object,
) -> Folder:
    """Ends after so many blocks, or if the plan has `minutes` when these are over."""
    servers = {name: Server(reply) for name, reply in replies.items()}
    folder = folder or Folder.create(tmp_path)
    ended = iter(range(1, blocks))
    if enough is None:
        enough = (lambda _: False) if "minutes" in plan else lambda _: next(ended, None) is None
    defaults: dict[str, object] = {
        "minutes": None,
        "slice_seconds": 0.005,
        "scenarios": SCENARIOS,
        "seed": 1,
    }
    try:
        Measurement(
            Plan(
                services=tuple(
                    Service(
                        name,
                        "contender",
                        0,
                        only=("hello",) if name == "null" else (),
                        declared={"json": "It has none."} if name == "mute" else {},
                    )
                    for name in replies
                ),
                **({"connections": 2} | defaults | plan),  # type: ignore[arg-type]
            ),
            folder,
            after_slice=after,
            after_block=enough,
            restart=restart,
            helpers=helpers,
            address_of=lambda service: (addresses or {}).get(service.name) or servers[service.name].address,
        ).run()
    finally:
        for server in servers.values():
            server.stop()
    return folder


def test_every_block_has_one_slice_of_every_service_in_its_scenario(tmp_path: Path) -> None:
    slices = list(run(tmp_path, {"one": right, "two": right}).read_slices())
    whole = slices[: len(slices) // 2 * 2]
    for first, second in zip(whole[::2], whole[1::2], strict=True):
        assert (first.block, first.scenario) == (second.block, second.scenario)
        assert {first.service, second.service} == {"one", "two"}
    assert {one.scenario for one in slices} == {"hello", "json"}
    assert all(one.requests > 0 and not one.errors for one in slices)


def test_the_first_slices_are_marked_as_warm_up(tmp_path: Path) -> None:
    slices = list(run(tmp_path, {"one": right}).read_slices())
    assert slices[0].warmup
    assert not slices[-1].warmup
    assert [one.warmup for one in slices] == sorted((one.warmup for one in slices), reverse=True)


def test_garbage_is_not_collected_by_itself_in_mid_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(f"{measurement.__name__}.gc.collect", lambda generation=2: collected.append(generation))
    seen: list[tuple[bool, bool, list[int]]] = []

    def look(_: record.Slice) -> None:
        seen.append((gc.isenabled(), gc.get_freeze_count() > 0, list(collected)))

    run(tmp_path, {"one": right}, look, blocks=3)
    # All of it before the first slice, and what is new after each block.
    assert seen == [(False, True, [2]), (False, True, [2, 0]), (False, True, [2, 0, 0])]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_the_record_says_what_was_sent_and_who_answered(tmp_path: Path) -> None:
    told = run(tmp_path, {"one": right}).read_run()
    assert told.scenarios == {one.name: scenario.digest(one.render(1, 2)) for one in SCENARIOS}
    assert told.services["one"].about == {"framework": "test", "container": "none"}
    assert told.baseline == "one"


def test_a_service_is_only_measured_in_the_scenarios_it_is_made_for(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "null": right})
    assert {one.scenario for one in folder.read_slices() if one.service == "null"} == {"hello"}
    assert list(folder.read_run().services["null"].left_out) == ["json"]


def test_a_service_is_left_out_of_a_scenario_that_it_declares_it_cannot_answer(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "mute": right})
    assert {one.scenario for one in folder.read_slices() if one.service == "mute"} == {"hello"}
    assert folder.read_run().services["mute"].left_out == {"json": "It has none."}


def test_a_service_that_answers_one_scenario_wrongly_is_measured_in_the_others(tmp_path: Path) -> None:
    def liar(number: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"hello moon")] if request.split()[1] == b"/" else right(number, request)

    folder = run(tmp_path, {"one": right, "liar": liar})
    assert {one.scenario for one in folder.read_slices() if one.service == "liar"} == {"json"}
    assert (
        "expected 200 text/plain 'hello world', got 200 text/plain b'hello moon'"
        in (folder.read_run().services["liar"].wrong["hello"])
    )


def test_a_service_that_is_not_there_leaves_the_others_running(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "absent": lambda *_: [None]})
    assert {one.service for one in folder.read_slices()} == {"one"}
    assert folder.read_run().services["absent"].problem is not None


def test_an_excluded_service_is_recorded_with_its_reason_and_gets_no_traffic(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "out": right}, excluded={"out": "breaks the contract: hello"})
    assert {one.service for one in folder.read_slices()} == {"one"}
    assert folder.read_run().services["out"].problem == "breaks the contract: hello"


@pytest.mark.parametrize(("reply", "kind", "patience"), [([None], "closed", 30.0), ([], "timeout", 0.2)])
def test_a_service_that_fails_in_mid_run_is_visited_less_and_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Sequence[Piece], kind: str, patience: float
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", patience)
    broken: list[bool] = []

    def failing(number: int, request: bytes) -> Sequence[Piece]:
        return reply if broken and b" / " in request else right(number, request)

    def breaks(one: record.Slice) -> None:
        if one.block == 5:
            broken.append(True)

    folder = run(tmp_path, {"one": right, "failing": failing}, breaks, scenarios=SCENARIOS[:1], blocks=16)
    slices = list(folder.read_slices())
    visits = [one.block for one in slices if one.service == "failing" and one.errors]
    assert {k for one in slices for k in one.errors} == {kind}
    gaps = [later - earlier for earlier, later in pairwise(visits)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 2
    assert max(one.block for one in slices if one.service == "one") > visits[-1]


def test_a_service_that_comes_back_is_measured_again(tmp_path: Path) -> None:
    broken: list[bool] = []

    def recovering(number: int, request: bytes) -> Sequence[Piece]:
        return [None] if len(broken) == 1 and b"/about" not in request else right(number, request)

    def breaks(one: record.Slice) -> None:
        if one.service == "one" and one.block in (5, 12):
            broken.append(True)

    folder = run(tmp_path, {"one": right, "recovering": recovering}, breaks, scenarios=SCENARIOS[:1], blocks=24)
    own = [one for one in folder.read_slices() if one.service == "recovering"]
    assert any(one.errors for one in own)
    assert not own[-1].errors
    assert own[-1].requests > 0


def rounds_of(folder: Folder) -> list[list[record.Slice]]:
    slices = list(folder.read_slices())
    assert [one.round for one in slices] == sorted(one.round for one in slices)
    order = [(one.block, one.scenario, one.service) for one in slices]
    assert len(set(order)) == len(order)
    return [[one for one in slices if one.round == number] for number in sorted({one.round for one in slices})]


@pytest.mark.usefixtures("ticking")
def test_the_services_are_restarted_between_two_rounds_and_only_there(tmp_path: Path) -> None:
    folder, restarts = Folder.create(tmp_path), list[int]()
    run(
        tmp_path,
        {"one": right, "two": right},
        folder=folder,
        restart=lambda: restarts.append(len(list(folder.read_slices()))),
        rounds=3,
        minutes=0.015,
    )
    first, second, third = rounds_of(folder)
    assert restarts == [len(first), len(first) + len(second)]
    assert second[0].block == max(one.block for one in first) // 2 * 2 + 2
    assert second[0].start_seconds >= first[-1].start_seconds
    assert second[0].warmup
    assert third[0].warmup
    assert folder.read_run().resumed == []
    assert folder.read_run().ended == "time"


@pytest.mark.usefixtures("ticking")
def test_a_run_that_was_broken_off_goes_on_in_its_next_round_and_says_so(tmp_path: Path) -> None:
    def breaks(one: record.Slice) -> None:
        if one.block == 5:
            raise KeyboardInterrupt

    folder = Folder.create(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, {"one": right, "two": right}, breaks, folder=folder, rounds=3, minutes=0.015)
    assert folder.read_run().ended == "interrupted"
    run(tmp_path, {"one": right, "two": right}, folder=folder, rounds=3, minutes=0.015)
    _, second, third = rounds_of(folder)
    assert second[0].block == 6
    assert third[0].round == 2
    assert len(folder.read_run().resumed) == 1
    assert folder.read_run().ended == "time"


@pytest.mark.usefixtures("ticking")
def test_a_service_that_answers_wrongly_only_after_a_restart_is_wrong_not_away(tmp_path: Path) -> None:
    restarted: list[bool] = []

    def forgetful(number: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"hello moon")] if restarted and b" / " in request else right(number, request)

    folder = run(
        tmp_path,
        {"one": right, "forgetful": forgetful},
        restart=lambda: restarted.append(True),
        rounds=2,
        minutes=0.015,
        **HELLO,
    )
    assert "in round 2: GET /: expected 200 text/plain" in reasons(folder, "forgetful")["wrong answers"]
    assert "wrong answers" not in reasons(folder, "one")


def test_a_disk_that_is_full_ends_a_run_as_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Folder, one: record.Slice | record.Conditions) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Folder, "append", full)
    with pytest.raises(OSError, match="No space left on device"):
        run(tmp_path, {"one": right})
    assert Folder(tmp_path / "latest").read_run().ended is None


def test_nothing_to_measure_is_said_with_the_reason_of_every_service(tmp_path: Path) -> None:
    with pytest.raises(NothingToMeasure, match=r"one: .*closed"):
        run(tmp_path, {"one": lambda *_: [None]})


def test_what_was_measured_before_an_interruption_is_kept(tmp_path: Path) -> None:
    class Interruption(Exception):
        pass

    def interrupt(one: record.Slice) -> None:
        if one.block == 3:
            raise Interruption

    with pytest.raises(Interruption):
        run(tmp_path, {"one": right}, interrupt)
    assert [one.block for one in Folder(tmp_path / "latest").read_slices()] == [0, 1, 2, 3]


def test_the_seed_alone_decides_the_order(tmp_path: Path) -> None:
    def order(seed: int) -> list[tuple[int, str, str]]:
        slices = run(tmp_path, {"one": right, "two": right, "three": right}, seed=seed, blocks=4).read_slices()
        return [(one.block, one.scenario, one.service) for one in slices]

    assert order(5) == order(5)
    assert order(5) != order(6)


def reasons(folder: Folder, service: str) -> dict[str, str]:
    """Why a service's cell of `hello` is invalid, by kind; whatever else this host does meanwhile is in it too."""
    judged = summary.of(folder.read_run(), list(folder.read_slices()))
    found = judged.scenarios["hello"].services[service].reasons
    return {kind: detail for kind, _, detail in (reason.partition(": ") for reason in found)}


HELLO: dict[str, Any] = {"scenarios": SCENARIOS[:1]}
OPEN: dict[str, Any] = {**HELLO, "load": "open", "rate": Rate(500, is_share=False), "slice_seconds": 0.02}


def test_a_service_that_lies_in_mid_run_is_wrong_and_the_honest_one_is_not(tmp_path: Path) -> None:
    lying: list[bool] = []

    def liar(number: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"hello worle")] if lying and number % 50 == 0 else right(number, request)

    folder = run(tmp_path, {"honest": right, "liar": liar}, lambda one: lying.append(True), blocks=20, **HELLO)
    assert "wrong answers" not in reasons(folder, "honest")
    assert "got 200 text/plain b'hello worle'" in reasons(folder, "liar")["wrong answers"]


def test_a_service_that_serves_few_connections_at_once_starves_the_others(tmp_path: Path) -> None:
    served = threading.local()
    places = threading.Semaphore(1)

    def greedy(number: int, request: bytes) -> Sequence[Piece]:
        """Keeps its place for as long as its connection has something to ask, as a pool of threads may."""
        if b" / " in request and time.monotonic() > getattr(served, "until", 0.0):
            places.acquire()
            threading.Timer(0.03, places.release).start()
            served.until = time.monotonic() + 0.03
        return right(number, request)

    folder = run(
        tmp_path,
        {"fair": right, "greedy": greedy},
        connections=4,
        blocks=9,
        **(HELLO | {"slice_seconds": 0.02}),
    )
    assert "starved connections" not in reasons(folder, "fair")
    assert "of 4 got no answer while the others were served" in reasons(folder, "greedy")["starved connections"]


def test_an_open_loop_offers_everyone_the_same_and_records_both_clocks(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "two": right}, **OPEN)
    told = folder.read_run()
    assert (told.load, told.rates_per_second, told.slice_seconds) == ("open", {"hello": 500.0}, {"hello": 0.02})
    slices = [one for one in folder.read_slices() if not one.warmup]
    offered = {(one.block, one.offered_per_second, one.offered) for one in slices}
    assert len(offered) == len({one.block for one in slices})
    assert sum(one.requests for one in slices) == sum(one.offered for one in slices)
    assert all(sum(one.latency.values()) == sum(one.service_time.values()) for one in slices)
    cell = summary.of(told, slices).scenarios["hello"].services["two"]
    assert cell.latency_us["p50"] is not None
    assert cell.service_us["p50"] is not None
    assert cell.latency_us["p50"] >= cell.service_us["p50"]
    assert cell.offered_per_second == 500.0


def test_a_rate_may_be_a_share_of_what_the_slowest_service_can_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "WARM_BURST_SECONDS", 0.025)

    def slow(number: int, request: bytes) -> Sequence[Piece]:
        return [0.01, *right(number, request)]

    folder = run(tmp_path, {"one": right, "slow": slow}, **(OPEN | {"rate": Rate(0.5, is_share=True)}))
    told = folder.read_run()
    # Two connections, each answered after 10 ms at the earliest.
    assert 0 < told.saturated_per_second["hello"]["slow"] <= 200
    assert told.rates_per_second["hello"] == pytest.approx(told.saturated_per_second["hello"]["slow"] / 2)


def test_a_service_that_sleeps_pays_for_it_in_an_open_loop(tmp_path: Path) -> None:
    def sleepy(number: int, request: bytes) -> Sequence[Piece]:
        return [0.03, *right(number, request)] if b" / " in request and number % 20 == 0 else right(number, request)

    folder = run(tmp_path, {"awake": right, "sleepy": sleepy}, connections=1, blocks=12, **OPEN)
    cells = summary.of(folder.read_run(), list(folder.read_slices())).scenarios["hello"].services
    sleepy_p99 = cells["sleepy"].latency_us["p99"]
    assert sleepy_p99 is not None
    assert sleepy_p99 > 25_000


def test_a_generator_that_is_kept_from_running_is_late(tmp_path: Path) -> None:
    over = threading.Event()

    def hog() -> None:
        while not over.is_set():
            sum(range(1000))

    one = threading.Thread(target=hog)
    one.start()
    try:
        folder = run(tmp_path, {"one": right}, blocks=16, **(OPEN | {"rate": Rate(100, is_share=False)}))
    finally:
        over.set()
        one.join()
    assert "of the requests were sent over 1 ms too late" in reasons(folder, "one")["late"]


def test_a_search_for_capacity_finds_what_a_service_can_bear(tmp_path: Path) -> None:
    lock = threading.Lock()

    def limited(number: int, request: bytes) -> Sequence[Piece]:
        with lock:
            time.sleep(0.002)
        return right(number, request)

    search: dict[str, Any] = {"load": "capacity", "objective": Objective.parse("p90<20ms"), "slice_seconds": 0.06}
    # A host that is busy all the time can bear nothing: then the search is tried again.
    for attempt in range(5):
        folder = run(tmp_path / str(attempt), {"limited": limited}, connections=8, blocks=20, **(HELLO | search))
        found = summary.of(folder.read_run(), list(folder.read_slices())).scenarios["hello"].services["limited"]
        if found.capacity_per_second is not None:
            break
    assert found.capacity_per_second is not None
    # One at a time, 2 ms and more each: 500 per second at the most; a limit of 20 ms forgives bursts of 60 ms a third.
    assert 0 < found.capacity_per_second.low < 690


def test_a_run_of_some_precision_ends_when_it_is_reached(tmp_path: Path) -> None:
    seen: list[int] = []

    def enough(folder: Folder) -> bool:
        seen.append(len(list(folder.read_blocks())))
        return len(seen) > 30

    folder = run(tmp_path, {"one": right}, enough=enough, minutes=1.0, precision=0.5, **HELLO)
    assert folder.read_run().ended == "precision"
    # Each block was on disk when it was looked at, and none came after the last look.
    assert seen == list(range(1, 32))
    assert len(list(folder.read_blocks())) == 31


def test_conditions_are_recorded_for_every_block(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "two": right}, minutes=0.003)
    blocks = list(folder.read_blocks())
    assert [one.block for one in blocks] == sorted({one.block for one in folder.read_slices()})
    assert all(one.seconds > 0.01 and one.stolen_us >= 0 for one in blocks)
    starts = [one.start_seconds for one in blocks]
    assert starts == sorted(starts)
    assert folder.read_run().ended == "time"


# More than one generator process


def on_cpus(cpus: Sequence[int]) -> Reply:
    """A service that tells on which CPUs it may run."""
    about = answer(json.dumps({"framework": "test", "limits": {"cpus": cpus}}).encode(), media_type="application/json")
    return lambda number, request: [about] if b"/about" in request else right(number, request)


@pytest.mark.parametrize(
    ("own", "services", "connections", "generators"),
    [
        ({0}, [0, 1], 16, 1),
        ({0, 1, 2}, [3], 16, 1),
        ({0, 1, 2}, [3, 4], 16, 3),
        ({0, 1, 2}, [3, 4], 2, 2),
        ({0, 1, 2}, [], 16, 1),
    ],
)
def test_there_is_a_generator_for_each_cpu_if_the_services_have_more_than_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: set[int],
    services: list[int],
    connections: int,
    generators: int,
) -> None:
    class Asked(Exception):
        pass

    def helpers(count: int) -> None:
        raise Asked(count)

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: own)
    monkeypatch.setattr(crew, "Helpers", helpers)
    with pytest.raises(Asked) as asked:
        run(tmp_path, {"absent": lambda *_: [None], "one": on_cpus(services)}, connections=connections)
    assert asked.value.args == (generators - 1,)


@pytest.fixture
def two_generators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Measurement, "_generators", lambda _: 2)


@pytest.mark.usefixtures("two_generators", "ticking")
@pytest.mark.parametrize("load", ["closed", "open"])
def test_a_run_with_two_generators_is_a_run_like_any_other(tmp_path: Path, load: str) -> None:
    rate: dict[str, Any] = OPEN | {"scenarios": SCENARIOS, "lead_seconds": 0.005} if load == "open" else {}
    folder = run(
        tmp_path, {"one": right, "two": right}, connections=3, rounds=2, minutes=0.015, **({"load": load} | rate)
    )
    slices, told = list(folder.read_slices()), folder.read_run()
    assert told.generators == 2
    assert (told.ended, {one.round for one in slices}) == ("time", {0, 1})
    assert all(one.requests > 0 and not one.errors for one in slices)
    assert all(sum(one.latency.values()) == one.requests for one in slices)
    assert all(0 < one.generator_cpu_us < 1e6 * (one.seconds + 0.1) for one in slices)
    assert all(block.delayed_us is None or block.delayed_us >= 0 for block in folder.read_blocks())
    if load == "open":
        assert all(one.requests == one.offered for one in slices)
    assert ", 2 generator processes, seed 1" in table.render(summary.judge(folder))


@pytest.mark.usefixtures("two_generators")
def test_a_run_that_loses_a_generator_ends_with_that_error_and_keeps_its_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[crew.Helpers] = []

    class Helpers(crew.Helpers):
        def __init__(self, count: int) -> None:
            super().__init__(count)
            made.append(self)

    def kill(one: record.Slice) -> None:
        if one.block == 3:
            os.kill(made[0].pids[0], signal.SIGKILL)

    monkeypatch.setattr(crew, "Helpers", Helpers)
    folder = Folder.create(tmp_path)
    with pytest.raises(crew.Lost, match="a generator process was ended by SIGKILL"):
        run(tmp_path, {"one": right}, kill, folder, minutes=1.0)
    assert [one.block for one in folder.read_slices()] == [0, 1, 2, 3]
    assert folder.read_run().ended is None


def many() -> scenario.Scenario:
    (hello,) = SCENARIOS[:1]
    return replace(hello, name="many", connections=70)


def test_a_scenario_has_its_own_connections_and_the_others_have_theirs(tmp_path: Path) -> None:
    peaks: dict[str, int] = {}

    def note(one: record.Slice) -> None:
        peaks[one.scenario] = max(peaks.get(one.scenario, 0), one.requests)

    folder = run(tmp_path, {"one": right}, note, scenarios=(*SCENARIOS, many()), blocks=9, slice_seconds=0.0)
    told = folder.read_run()
    assert (told.connections, told.scenario_connections) == (2, {"many": 70})
    assert [told.connections_in(name) for name in ("hello", "many")] == [2, 70]
    assert told.window_answers == {"hello": 2, "json": 2, "many": 70}
    # One transaction on each connection, since no time is given.
    assert peaks == {"hello": 2, "json": 2, "many": 70}
    assert not any(one.errors for one in folder.read_slices())


def test_a_service_that_cannot_take_so_many_connections_is_measured_in_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object) -> None:
        raise client.NoAnswer("timeout", "a new connection is not served within 2 s")

    monkeypatch.setattr("levelground.traffic.connection.Connection.knock", full)
    folder = run(tmp_path, {"one": right}, scenarios=(*SCENARIOS, many()), blocks=4)
    member = folder.read_run().services["one"]
    assert member.wrong == {"many": "with 70 connections: a new connection is not served within 2 s"}
    assert {one.scenario for one in folder.read_slices()} == {"hello", "json"}


def always(step: scenario.Step) -> Callable[[object], Iterator[scenario.Transaction]]:
    return lambda _: repeat([step])


def test_streams_are_measured_beside_requests(tmp_path: Path) -> None:
    stream = scenario.Scenario("stream", "A stream.", always(scenario.stream("/stream/2", says=["one", "two"])))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"

    def serve(number: int, request: bytes) -> Sequence[Piece]:
        if request.startswith(b"GET /stream/2"):
            return [head, b"3\r\none\r\n", 0.001, b"3\r\ntwo\r\n0\r\n\r\n"]
        return right(number, request)

    folder = run(tmp_path, {"one": serve}, scenarios=(SCENARIOS[0], stream), blocks=4)
    for one in folder.read_slices():
        assert not one.errors
        assert sum(one.first_byte.values()) == (one.requests if one.scenario == "stream" else 0)


MESSAGES = scenario.Scenario("ws", "Messages.", always(scenario.message("/ws", "hello")))


def test_messages_are_measured(tmp_path: Path) -> None:
    with WebSocketServer(about=ABOUT.partition(b"\r\n\r\n")[2]) as server:
        folder = run(tmp_path, {"one": right}, addresses={"one": server.address}, scenarios=(MESSAGES,), blocks=4)
        assert set(server.messages) == {"hello"}
        assert len(server.paths) < 6
    slices = list(folder.read_slices())
    assert len(slices) == 4
    assert all(one.requests and not one.errors for one in slices)


def test_a_service_without_websockets_is_measured_in_the_other_scenarios(tmp_path: Path) -> None:
    def serve(number: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"", status="404 Not Found")] if b" /ws " in request else right(number, request)

    folder = run(tmp_path, {"one": serve}, scenarios=(SCENARIOS[0], MESSAGES), blocks=2)
    assert "WS /ws: server rejected" in folder.read_run().services["one"].wrong["ws"]
    assert {one.scenario for one in folder.read_slices()} == {"hello"}


# Helpers


class Counting:
    """A database that counts what the services say that they ask of it."""

    def __init__(self) -> None:
        self.statements = 0
        self.done: list[str] = []

    def asked(self, address: str) -> int:
        return self.statements

    def reset(self) -> None:
        self.done.append("reset")

    def describe(self) -> dict[str, Any]:
        self.done.append("described")
        return {"container": "none", "cpus": [0], "settings": {"fsync": "off"}}


def asking(database: Counting, every: int) -> Reply:
    """A service that asks the database for one in so many of its answers."""

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        target = request.split()[1]
        if not target.startswith(b"/db"):
            return right(number, request)
        id = int(target.partition(b"=")[2])
        database.statements += id % every == 0
        return [answer(db(id).content, media_type="application/json")]

    return reply


ROW = scenario.select(scenario.read(), ["db", "hello"])


def test_a_service_is_held_to_what_it_has_to_ask_the_database(tmp_path: Path) -> None:
    database = Counting()
    folder = run(tmp_path, {"one": asking(database, 1)}, scenarios=ROW, helpers={"postgres": database})
    assert database.done == ["reset", "described"]
    told = folder.read_run()
    assert told.helpers["postgres"]["settings"] == {"fsync": "off"}
    assert told.helpers["postgres"]["what"]
    slices = list(folder.read_slices())
    of_rows = [one for one in slices if one.scenario == "db"]
    assert all(one.due == one.asked for one in of_rows)
    assert all(one.due["postgres"] >= one.requests > 0 for one in of_rows)
    assert not any(one.due or one.asked for one in slices if one.scenario == "hello")
    assert not any("asked" in why for why in _reasons_of(folder, "one"))


def test_a_service_that_keeps_rows_is_found_out(tmp_path: Path) -> None:
    database = Counting()
    folder = run(tmp_path, {"one": asking(database, 2)}, scenarios=ROW[:1], helpers={"postgres": database})
    (why,) = [one for one in _reasons_of(folder, "one") if "asked" in one]
    assert why.startswith("wrong answers: in round 1 it asked the database ")


def _reasons_of(folder: Folder, service: str) -> list[str]:
    judged = summary.of(folder.read_run(), list(folder.read_slices()))
    return [why for table in judged.scenarios.values() for why in table.services[service].reasons]


def test_what_was_not_answered_is_not_due(tmp_path: Path) -> None:
    database, failing = Counting(), list[bool]()

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return [None] if failing and number % 3 == 0 else asking(database, 1)(number, request)

    folder = run(
        tmp_path, {"one": reply}, lambda _: failing.append(True), scenarios=ROW[:1], helpers={"postgres": database}
    )
    broken = [one for one in folder.read_slices() if one.errors]
    assert broken
    assert not any(one.due or one.asked for one in broken)


def test_the_memory_is_read_before_thousands_of_connections_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target.Target, "memory_bytes", lambda _: 20_000_000)
    folder = run(tmp_path, {"one": right}, scenarios=(*SCENARIOS, many()), blocks=3)
    assert folder.read_run().services["one"].memory_before_bytes == {"many": 20_000_000}
