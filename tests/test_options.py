"""Options: what is given wrongly is said in a sentence that names what would be right."""

from pathlib import Path

import pytest

from levelground import options
from levelground.model.folder import Folder
from levelground.options import Bench, Calibrate, Conformance, Count, Footprint, Judge, Up
from levelground.stand import catalog
from levelground.traffic.rates import Rate


def test_without_options_everything_is_measured_as_the_readme_says() -> None:
    given = options.parse(Bench, [])
    assert given.services == catalog.read()
    assert [one.name for one in given.scenarios] == ["echo", "hello", "params"]
    assert (given.plan().minutes, given.plan().rounds, given.connections, given.seed) == (3.0, 6, 16, 1)
    assert (given.load, given.rate, str(given.objective)) == ("closed", Rate(0.5, is_share=True), "p99<50ms")
    assert (given.precision, given.slice, given.lead, given.resume) == (None, None, None, None)


def test_what_is_given_is_read() -> None:
    given = options.parse(
        Bench,
        [
            *("SERVICES=go, node", "SCENARIOS=hello", "MINUTES=0.5", "ROUNDS=2", "CONNECTIONS=64", "SEED=0"),
            *("LOAD=open", "RATE=2000", "PRECISION=0.5%", "SLICE=20", "LEAD=10"),
        ],
    )
    assert [one.name for one in given.services] == ["node", "go"]
    assert [one.name for one in given.scenarios] == ["hello"]
    assert (given.minutes, given.rounds, given.connections, given.seed) == (0.5, 2, 64, 0)
    assert (given.load, given.rate) == ("open", Rate(2000.0, is_share=False))
    assert given.precision == pytest.approx(0.005)
    assert (given.slice, given.lead) == (20.0, 10.0)
    assert str(options.parse(Bench, ["LOAD=capacity", "OBJECTIVE=p50<1s"]).objective) == "p50<1s"
    assert options.parse(Calibrate, ["PARTS=small,delay"]).parts == ["small", "delay"]
    assert options.parse(Footprint, ["REPEATS=2"]).repeats == 2
    assert [one.name for one in options.parse(Count, ["SCENARIOS=items,json"]).scenarios] == ["items", "json"]


@pytest.mark.parametrize(("minutes", "rounds"), [("0.1", 6), ("6", 6), ("9.5", 10), ("60", 60)])
def test_a_longer_run_has_a_round_for_each_minute(minutes: str, rounds: int) -> None:
    assert options.parse(Bench, [f"MINUTES={minutes}"]).plan().rounds == rounds
    assert options.parse(Bench, [f"MINUTES={minutes}", "ROUNDS=3"]).plan().rounds == 3


@pytest.mark.parametrize(
    ("given", "minutes", "rounds"),
    [
        # Nine services, three scenarios, trials of a second.
        (["SERVICES=contenders", "SCENARIOS=hello,sleep,cpu"], 9, 2),
        (["SERVICES=contenders", "SCENARIOS=hello"], 3, 2),
        (["SERVICES=contenders", "SCENARIOS=hello", "MINUTES=10"], 10, 8),
        (["SERVICES=contenders", "SCENARIOS=hello", "MINUTES=30"], 30, 25),
        (["SERVICES=contenders", "SCENARIOS=hello", "MINUTES=1"], 1, 2),
        (["SERVICES=contenders", "SCENARIOS=hello", "OBJECTIVE=p99<10ms"], 1, 3),
        (["SERVICES=starlette,go", "SCENARIOS=hello", "SLICE=6000"], 4, 2),
        # nginx serves hello alone.
        (["SERVICES=starlette,null", "SCENARIOS=hello,json", "SLICE=2000"], 2, 2),
        (["SERVICES=null", "SCENARIOS=json"], 1, 6),
        (["SERVICES=contenders", "SCENARIOS=hello", "ROUNDS=5"], 3, 5),
    ],
)
def test_a_search_for_capacities_has_time_for_its_trials(given: list[str], minutes: float, rounds: int) -> None:
    plan = options.parse(Bench, ["LOAD=capacity", *given]).plan()
    assert (plan.minutes, plan.rounds) == (minutes, rounds)


def test_without_scenarios_hello_is_counted() -> None:
    assert [one.name for one in options.parse(Count, []).scenarios] == ["hello"]


@pytest.mark.parametrize("kind", [Up, Conformance, Bench, Footprint, Count, Calibrate])
def test_the_knobs_of_the_stand_are_no_mistake_on_any_command_line(kind: options.Kind) -> None:
    assert isinstance(options.parse(kind, ["WORKERS=2", "SERVICE_CPUS=1"]), kind)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("SERVICES=flaks", "unknown service: flaks (there are: fastapi, "),
        ("SCENARIOS=hallo", "unknown scenario: hallo (there are: cookie, cpu, "),
        ("SERVICE=flask", "unknown option SERVICE (there are: SERVICES, SCENARIOS, MINUTES, ROUNDS, CONNECTIONS, "),
        ("SERVICE=flask", "RESUME; and the knobs in .env: BIND_ADDRESS, DATABASE_CONNECTIONS, GO_IMAGE, "),
        ("fast", "unknown option fast (there are: "),
        ("MINUTES=soon", "MINUTES=soon: it takes a number above 0"),
        ("MINUTES=0", "MINUTES=0: it takes a number above 0"),
        ("MINUTES=-1", "MINUTES=-1: it takes a number above 0"),
        ("MINUTES=inf", "MINUTES=inf: it takes a number above 0"),
        ("MINUTES=nan", "MINUTES=nan: it takes a number above 0"),
        ("MINUTES=", "MINUTES=: it takes a number above 0"),
        ("CONNECTIONS=1.5", "CONNECTIONS=1.5: it takes a whole number above 0"),
        ("SEED=-1", "SEED=-1: it takes a whole number of 0 or more"),
        ("LOAD=half-open", "unknown load: half-open (there are: closed, open, capacity)"),
        ("RATE=1000", "RATE= is for LOAD=open"),
        ("OBJECTIVE=p99<50ms", "OBJECTIVE= is for LOAD=capacity"),
        ("LOAD=open RATE=fast", "RATE: 'fast' is no rate: give requests per second (2000), "),
        ("LOAD=capacity OBJECTIVE=fast", "OBJECTIVE: 'fast' is no objective: "),
        ("PRECISION=1", "PRECISION=1: it takes a percentage above 0, such as 1%"),
        ("PRECISION=0%", "PRECISION=0%: it takes a percentage above 0, such as 1%"),
        ("RESUME=nowhere", "RESUME: no run results/nowhere (there are: "),
    ],
)
def test_a_wrong_option_is_refused_with_what_would_be_right(given: str, complaint: str) -> None:
    with pytest.raises(options.Wrong) as refused:
        options.parse(Bench, given.split(" "))
    assert complaint in str(refused.value)


def test_a_wrong_part_of_a_calibration_lists_the_right_ones() -> None:
    with pytest.raises(options.Wrong, match=r"unknown part: smal \(there are: generator, small, "):
        options.parse(Calibrate, ["PARTS=smal"])


def test_a_run_that_is_gone_on_with_takes_no_other_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "RESULTS", tmp_path)
    folder = Folder.create(tmp_path)
    folder.write_json("run.json", {})
    resumed = options.parse(Bench, ["RESUME=latest", "WORKERS=1"]).resume
    assert resumed is not None
    assert resumed.name == folder.name
    with pytest.raises(options.Wrong, match="RESUME= takes no other options: the run's own hold"):
        options.parse(Bench, ["RESUME=latest", "SEED=1"])
    with pytest.raises(options.Wrong, match=rf"no run .*/nowhere \(there are: {folder.name}\)"):
        options.parse(Judge, ["RUN=nowhere"])


def test_the_latest_of_no_runs_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "RESULTS", tmp_path)
    with pytest.raises(options.Wrong, match=r"no run .*/latest \(there are: none\)"):
        options.parse(Judge, [])


@pytest.mark.parametrize("kind", options.COMMANDS.values())
def test_every_option_has_its_help_in_one_line_and_tells_its_default(kind: options.Kind) -> None:
    for one in options.of(kind):
        assert one.help
        assert "\n" not in one.help
        assert one.otherwise
