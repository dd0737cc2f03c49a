"""The order of what happens in a run, with real servers in place of the stand."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from levelground import client, record, scenario
from levelground.catalog import Service
from levelground.measurement import Measurement, NothingToMeasure, Plan
from tests.server import Piece, Server, answer

ABOUT = answer(b'{"framework": "test", "container": "none"}', media_type="application/json")
JSON = answer(b'{"hello": "world"}', media_type="application/json")
SCENARIOS = scenario.select(scenario.read(), ["hello", "json"])
Reply = Callable[[int, bytes], Sequence[Piece]]


def right(_: int, request: bytes) -> Sequence[Piece]:
    return [{b"/": answer(b"hello world"), b"/json": JSON, b"/about": ABOUT}[request.split()[1]]]


def run(
    tmp_path: Path,
    replies: dict[str, Reply],
    after: Callable[[record.Slice], None] = lambda _: None,
    folder: record.Folder | None = None,
    **plan: object,
) -> record.Folder:
    servers = {name: Server(reply) for name, reply in replies.items()}
    folder = folder or record.Folder.create(tmp_path)
    defaults: dict[str, object] = {
        "minutes": 0.01,
        "slice_seconds": 0.005,
        "warmup_seconds": 0.1,
        "scenarios": SCENARIOS,
        "seed": 1,
    }
    try:
        Measurement(
            Plan(
                services=tuple(
                    Service(name, "contender", 0, only=("hello",) if name == "null" else ()) for name in replies
                ),
                connections=2,
                **(defaults | plan),  # type: ignore[arg-type]
            ),
            folder,
            give_way=lambda: None,
            watch=lambda _, one: after(one),
            address_of=lambda service: servers[service.name].address,
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


def test_the_record_says_what_was_sent_and_who_answered(tmp_path: Path) -> None:
    told = run(tmp_path, {"one": right}).read_run()
    assert told.scenarios == {one.name: scenario.digest(one.render(1, 2)) for one in SCENARIOS}
    assert told.services["one"].about == {"framework": "test", "container": "none"}
    assert told.reference == "one"


def test_a_service_is_only_measured_in_the_scenarios_it_is_made_for(tmp_path: Path) -> None:
    folder = run(tmp_path, {"one": right, "null": right})
    assert {one.scenario for one in folder.read_slices() if one.service == "null"} == {"hello"}
    assert list(folder.read_run().services["null"].left_out) == ["json"]


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


@pytest.mark.parametrize(("reply", "kind"), [([None], "closed"), ([], "timeout")])
def test_a_service_that_fails_in_mid_run_is_visited_less_and_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Sequence[Piece], kind: str
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.05)
    broken: list[bool] = []

    def failing(number: int, request: bytes) -> Sequence[Piece]:
        return reply if broken and b" / " in request else right(number, request)

    def breaks(one: record.Slice) -> None:
        if one.block == 5:
            broken.append(True)

    folder = run(tmp_path, {"one": right, "failing": failing}, breaks, scenarios=SCENARIOS[:1], minutes=0.02)
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

    folder = run(tmp_path, {"one": right, "recovering": recovering}, breaks, scenarios=SCENARIOS[:1])
    own = [one for one in folder.read_slices() if one.service == "recovering"]
    assert any(one.errors for one in own)
    assert not own[-1].errors
    assert own[-1].requests > 0


def test_a_second_round_goes_on_with_the_schedule_and_says_so(tmp_path: Path) -> None:
    folder = record.Folder.create(tmp_path)
    for _ in range(2):
        run(tmp_path, {"one": right, "two": right}, folder=folder, rounds=2, minutes=0.02)
    slices = list(folder.read_slices())
    assert [one.round for one in slices] == sorted(one.round for one in slices)
    assert {one.round for one in slices} == {0, 1}
    first, second = ([one for one in slices if one.round == number] for number in (0, 1))
    assert second[0].block == max(one.block for one in first) // 2 * 2 + 2
    assert second[0].start_seconds >= first[-1].start_seconds
    assert second[0].warmup
    assert len(folder.read_run().resumed) == 1
    order = [(one.block, one.scenario, one.service) for one in slices]
    assert len(set(order)) == len(order)


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
    assert [one.block for one in record.Folder(tmp_path / "latest").read_slices()] == [0, 1, 2, 3]


def test_the_seed_alone_decides_the_order(tmp_path: Path) -> None:
    def order(seed: int) -> list[tuple[int, str, str]]:
        slices = run(tmp_path, {"one": right, "two": right, "three": right}, seed=seed).read_slices()
        return [(one.block, one.scenario, one.service) for one in slices][:12]

    assert order(5) == order(5)
    assert order(5) != order(6)
