"""Claims about speed: verdicts and sentences from intervals."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from levelground.judging.summary import Cell, Summary, Table
from levelground.model.interval import Interval
from levelground.model.survey import Speed, Verdict
from levelground.survey.speed import Runs, answer, costs, machines
from tests.samples import a_cell

CONTENDERS = ("fastapi", "sanic", "vibora")


def near(estimate: float, width: float = 0.01) -> Interval:
    return Interval(estimate, estimate * (1 - width), estimate * (1 + width))


def closed(speeds: Mapping[str, float], width: float = 0.01, **changes: Any) -> Table:
    """Undisturbed speeds as ratios to the baseline."""
    cells = {
        name: a_cell(
            undisturbed_ratio=near(speed, width), undisturbed_us_per_request=near(30 / speed, width), **changes
        )
        for name, speed in speeds.items()
    }
    return table("closed", cells)


def capacity(**rates: Interval | None) -> Table:
    return table("capacity", {name: a_cell(capacity_per_second=rate) for name, rate in rates.items()})


def table(load: str, cells: dict[str, Cell]) -> Table:
    return Table(load=load, blocks=10, dropped_blocks=0, services=cells)


def a_summary(name: str, **scenarios: Table) -> Summary:
    return Summary(name, {}, "starlette", scenarios)


def told(says: str, *summaries: Summary) -> Speed:
    """The answer to the claim that begins so."""
    return next(one for one in answer(Runs(summaries), CONTENDERS) if one.says.startswith(says))


def test_without_runs_every_claim_names_the_command_that_would_answer_it() -> None:
    for one in answer(Runs([]), CONTENDERS):
        assert one.verdict is Verdict.UNCHECKED
        assert one.evidence == []
        assert "`make bench " in one.sentence


def test_vibora_and_sanic_are_told_apart_by_the_whole_interval() -> None:
    assert told("Vibora is more than twice", a_summary("r", hello=closed({"vibora": 2.5, "sanic": 1.0}))).verdict is (
        Verdict.HOLDS
    )
    no = told("Vibora is more than twice", a_summary("r", hello=closed({"vibora": 1.5, "sanic": 1.0})))
    assert no.verdict is Verdict.NOT
    assert "Times as fast as sanic: 1.50 (1.47–1.53) in hello." in no.sentence
    assert "It would be true of 1.5 times." in no.sentence
    unclear = told("Vibora is more than twice", a_summary("r", hello=closed({"vibora": 2.0, "sanic": 1.0})))
    assert unclear.verdict is Verdict.UNCHECKED
    assert "measure longer" in unclear.sentence


def test_one_scenario_that_refutes_is_enough() -> None:
    run = a_summary("r", hello=closed({"vibora": 2.5, "sanic": 1.0}), echo=closed({"vibora": 1.5, "sanic": 1.0}))
    assert told("Vibora is more than twice", run).verdict is Verdict.NOT


def test_the_newest_run_that_can_tell_answers() -> None:
    newest = a_summary("3", hello=closed({"vibora": 9.0}))
    newer = a_summary("2", hello=closed({"vibora": 2.5, "sanic": 1.0}))
    oldest = a_summary("1", hello=closed({"vibora": 1.5, "sanic": 1.0}))
    found = told("Vibora is more than twice", newest, newer, oldest)
    assert found.verdict is Verdict.HOLDS
    assert found.evidence == ["2, hello: vibora to sanic: 2.50 (2.45–2.55)"]


def test_a_cell_that_is_not_valid_answers_nothing() -> None:
    run = a_summary("r", hello=closed({"vibora": 2.5, "sanic": 1.0}, valid=False))
    assert told("Vibora is more than twice", run).verdict is Verdict.UNCHECKED


def test_what_is_unmaintained_carries_no_claim_about_today() -> None:
    found = told("Async frameworks", a_summary("r", hello=closed({"vibora": 2.0, "sanic": 0.5, "node": 1.0})))
    assert found.verdict is Verdict.NOT
    assert "Of the speed of Node.js, the nearest have sanic 0.50 (0.49–0.51) in hello." in found.sentence
    assert "Unmaintained: vibora 2.00" in found.sentence
    assert told("Async frameworks", a_summary("r", hello=closed({"sanic": 1.0, "node": 1.0}))).verdict is Verdict.HOLDS


def test_fastapi_has_to_reach_node_everywhere_and_go_somewhere() -> None:
    both = a_summary(
        "r",
        hello=closed({"fastapi": 1.0, "node": 1.0, "go": 2.0}),
        echo=closed({"fastapi": 1.0, "node": 0.9, "go": 1.0}),
    )
    assert told("FastAPI", both).verdict is Verdict.HOLDS
    never_go = a_summary("r", hello=closed({"fastapi": 1.0, "node": 1.0, "go": 2.0}))
    assert told("FastAPI", never_go).verdict is Verdict.NOT
    assert told("FastAPI", never_go).system == "FastAPI"


def test_a_few_thousand_need_the_slowest_to_reach_them_without_cpu_work() -> None:
    light = capacity(fastapi=near(5000), sanic=near(2500))
    found = told("A few thousand", a_summary("r", hello=light, cpu=capacity(fastapi=near(300))))
    assert found.verdict is Verdict.HOLDS
    assert "The least is sanic in hello, with 2,500 (2,475–2,525) requests per second." in found.sentence
    assert "In cpu the most is fastapi, with 300" in found.sentence
    assert told("A few thousand", a_summary("r", cpu=light)).verdict is Verdict.UNCHECKED
    assert told("A few thousand", a_summary("r", hello=capacity(sanic=near(900)))).verdict is Verdict.NOT


def test_a_framework_that_no_rate_satisfied_is_not_left_out() -> None:
    cells = {"fastapi": a_cell(capacity_per_second=near(5000)), "sanic": a_cell(never_met=True)}
    found = told("A few thousand", a_summary("r", hello=table("capacity", cells)))
    assert found.verdict is Verdict.NOT
    assert "In hello sanic did not reach 2,000." in found.sentence


def test_async_stops_paying_where_the_classic_frameworks_catch_up() -> None:
    waiting, equal = closed({"fastapi": 3.0, "flask": 1.0}), closed({"fastapi": 1.0, "flask": 1.0})
    assert told("Async stops", a_summary("r", hello=waiting, cpu=equal)).verdict is Verdict.HOLDS
    assert told("Async stops", a_summary("r", hello=waiting, cpu=waiting)).verdict is Verdict.NOT
    assert told("Async stops", a_summary("r", hello=equal, cpu=equal)).verdict is Verdict.NOT
    assert told("Async stops", a_summary("r", hello=waiting)).verdict is Verdict.UNCHECKED


def test_runs_are_read_from_their_folders_the_newest_first_and_what_is_broken_is_left_out(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        text = msgspec.json.encode(a_summary(name, hello=closed({"vibora": float(name), "sanic": 0.5})))
        (tmp_path / name / "summary.json").write_bytes(text)
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "summary.json").write_text("{")
    (tmp_path / "latest").symlink_to("1")
    (found,) = [one for one in answer(Runs.read(tmp_path), CONTENDERS) if "twice" in one.says]
    assert found.evidence == ["2, hello: vibora to sanic: 4.00 (3.92–4.08)"]


def test_costs_are_those_of_the_newest_run_of_all(tmp_path: Path) -> None:
    everybody = closed({"fastapi": 1.0, "sanic": 2.0, "vibora": 3.0})
    runs = Runs([a_summary("2", hello=closed({"fastapi": 9.0})), a_summary("1", hello=everybody)])
    found = costs(runs, CONTENDERS)
    assert [(one.service, round(one.us_per_request.estimate)) for one in found] == [
        ("fastapi", 30),
        ("sanic", 15),
        ("vibora", 10),
    ]
    assert {one.run for one in found} == {"1"}
    assert costs(Runs([]), CONTENDERS) == []


def test_a_number_says_if_it_is_as_it_went() -> None:
    cells = {name: a_cell(throughput_ratio=near(speed)) for name, speed in {"vibora": 2.5, "sanic": 1.0}.items()}
    gone, undisturbed = (
        a_summary("r", db=table("closed", cells)),
        a_summary("r", db=closed({"vibora": 2.5, "sanic": 1})),
    )
    assert told("Vibora is more than twice", gone).evidence[0].startswith("r, db, as it went: vibora to sanic: 2.50")
    assert told("Vibora is more than twice", undisturbed).evidence[0].startswith("r, db: vibora to sanic: 2.50")


def test_the_machines_of_the_runs_that_were_used_are_named() -> None:
    host = {"cpus": 2, "cpu": "EPYC", "kernel": "6.18", "cgroup_version": 1, "engine": None}
    everybody = closed({"fastapi": 1.0, "sanic": 2.0, "vibora": 3.0})
    used = replace(a_summary("2", hello=everybody), context={"host": host})
    older = replace(a_summary("1", hello=everybody), context={"host": host})
    runs = Runs([used, older, a_summary("0", json=everybody)])
    found = machines(runs, answer(runs, CONTENDERS), costs(runs, CONTENDERS))
    assert found == {"2": "2 × EPYC, Linux 6.18, cgroup v1"}


def test_waiting_says_nothing_of_speed_and_many_scenarios_are_told_by_their_ends() -> None:
    fast, equal = closed({"vibora": 3.0, "sanic": 1.0}), closed({"vibora": 1.0, "sanic": 1.0})
    waits = a_summary("r", hello=fast, sleep=equal, fanout=equal, cpu=equal)
    assert told("Vibora is more than twice", waits).verdict is Verdict.HOLDS
    best, least = closed({"vibora": 4.0, "sanic": 1.0}), closed({"vibora": 2.5, "sanic": 1.0})
    many = told("Vibora is more than twice", a_summary("r", a=fast, b=best, c=fast, d=least))
    assert "from 2.50 (2.45–2.55) in d to 4.00 (3.92–4.08) in b, over 4 scenarios" in many.sentence
